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

// Means averages each metric over the draws that have it.
func Means(draws [][]Number) []Number {
	sums, counts := map[string]float64{}, map[string]float64{}
	var out []Number
	for _, numbers := range draws {
		for _, n := range numbers {
			if counts[n.Metric] == 0 {
				out = append(out, n)
			}
			sums[n.Metric] += n.Value
			counts[n.Metric]++
		}
	}
	for i, n := range out {
		out[i].Value = sums[n.Metric] / counts[n.Metric]
	}
	return out
}
