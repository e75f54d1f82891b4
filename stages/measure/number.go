package measure

import (
	"encoding/json"

	"rationale/onnx/rationalizer/metric"
)

// plainNumber is Number without its methods.
type plainNumber Number

// MarshalJSON writes null for an undefined value.
func (n Number) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainNumber
		Value metric.Ratio `json:"value"`
	}{plainNumber(n), metric.Of(n.Value)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (n *Number) UnmarshalJSON(data []byte) error {
	var read struct {
		plainNumber
		Value metric.Ratio `json:"value"`
	}
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	*n = Number(read.plainNumber)
	n.Value = read.Value.Float64()
	return nil
}
