package metric

import (
	"encoding/json"
	"math"
)

// Ratio is a measured fraction that may be undefined. The zero Ratio is
// undefined.
type Ratio struct {
	Value   float64 // a fraction of 1; 0 when undefined
	Defined bool
}

// defined is the ratio with this value.
func defined(value float64) Ratio { return Ratio{Value: value, Defined: true} }

// ratio is part/whole, undefined when whole is 0.
func ratio(part, whole int) Ratio {
	if whole == 0 {
		return Ratio{}
	}
	return defined(float64(part) / float64(whole))
}

// mean is sum/n, undefined when n is 0.
func mean(sum float64, n int) Ratio {
	if n == 0 {
		return Ratio{}
	}
	return defined(sum / float64(n))
}

// Of is the ratio with this value, undefined when it is NaN.
func Of(value float64) Ratio {
	if math.IsNaN(value) {
		return Ratio{}
	}
	return defined(value)
}

// Float64 is the value, or NaN when it is undefined.
func (r Ratio) Float64() float64 {
	if !r.Defined {
		return math.NaN()
	}
	return r.Value
}

// MarshalJSON writes the value, or null when it is undefined.
func (r Ratio) MarshalJSON() ([]byte, error) {
	if !r.Defined {
		return []byte("null"), nil
	}
	return json.Marshal(r.Value)
}

// UnmarshalJSON reads a number, or null for an undefined ratio.
func (r *Ratio) UnmarshalJSON(data []byte) error {
	var value *float64
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	*r = Ratio{}
	if value != nil {
		*r = defined(*value)
	}
	return nil
}
