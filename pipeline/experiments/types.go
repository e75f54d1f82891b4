package experiments

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// checkTypes wants values of the types that the settings have, and settings that
// there are. Whole numbers given for fractions become fractions, as which TOML
// takes those of any size.
func checkTypes(all layer) error {
	fields := map[string]reflect.Kind{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		name, _ := settingName(f)
		fields[name] = f.Type.Kind()
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		kind, ok := fields[key]
		if !ok {
			return unknownKey(key)
		}
		if err := checkType(key, kind, all[key]); err != nil {
			return err
		}
		if x, whole := all[key].(int64); whole && kind == reflect.Float64 {
			all[key] = float64(x)
		}
	}
	return nil
}

// settingName is the name of a field's setting, empty for a field that is none, and
// whether 0 stands for a run without it.
func settingName(f reflect.StructField) (name string, optional bool) {
	name, more, _ := strings.Cut(f.Tag.Get("toml"), ",")
	return strings.TrimPrefix(name, "-"), more == "omitempty"
}

func checkType(key string, kind reflect.Kind, value any) error {
	_, whole := value.(int64)
	_, fraction := value.(float64)
	_, word := value.(string)
	_, flag := value.(bool)
	switch {
	case kind == reflect.Int && fraction:
		return notWhole(key, value.(float64))
	case kind == reflect.Int && !whole, kind == reflect.Float64 && !whole && !fraction:
		return notANumber(key, value)
	case kind == reflect.Bool && !flag:
		return fmt.Errorf("settings: %s = %v; expected true or false", key, value)
	case kind == reflect.String && !word:
		return fmt.Errorf("settings: %s = %v; expected a word", key, value)
	}
	return nil
}

func notWhole(key string, x float64) error {
	expected := "a whole number"
	if x == math.Trunc(x) && math.Abs(x) < 1<<53 { // 1e3
		expected += fmt.Sprintf(": did you mean %.0f?", x)
	}
	return fmt.Errorf("settings: %s = %v; expected %s", key, x, expected)
}

// notANumber is the error about a value of another type than a number's, which
// asks for the number that can be made out in it, as in "0,15" and "15%".
func notANumber(key string, value any) error {
	expected := "a number"
	if x, ok := meant(fmt.Sprint(value)); ok {
		expected += fmt.Sprintf(": did you mean %v?", x)
	}
	return fmt.Errorf("settings: %s = %v; expected %s", key, value, expected)
}

// meant is the number that a text was probably meant to be.
func meant(text string) (float64, bool) {
	plain, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	x, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(plain), ",", ".", 1), 64)
	if percent {
		x /= 100
	}
	return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}
