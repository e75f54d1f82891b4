package engine

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// paramsJSON encodes a stage's parameters as canonical JSON. It refuses
// structs whose JSON would leave something out or make different values look
// alike, since two such stages would share one artifact.
func paramsJSON(params any) (json.RawMessage, error) {
	v := reflect.ValueOf(params)
	for v.IsValid() && v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if !v.IsValid() || v.Kind() != reflect.Struct {
		return nil, fmt.Errorf("parameters must be a struct, not %T", params)
	}
	if err := checkValue("", v); err != nil {
		return nil, err
	}
	return canonicalJSON(params)
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// checkValue walks a parameter value; path names it in errors.
func checkValue(path string, v reflect.Value) error {
	if v.Type().Implements(jsonMarshaler) || v.Type().Implements(textMarshaler) {
		return nil // the type answers for its own JSON
	}
	switch v.Kind() {
	case reflect.Struct:
		return checkStruct(path, v)
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return checkValue(path, v.Elem())
	case reflect.Slice, reflect.Array:
		return checkElements(path, v)
	case reflect.Map:
		return checkMap(path, v)
	case reflect.String:
		return checkText(path, v.String())
	case reflect.Interface:
		return fmt.Errorf("parameter %s is an interface, which cannot tell 1 from 1.0: give it a plain type", path)
	}
	return nil // numbers and booleans; functions and channels fail in encoding
}

func checkElements(path string, v reflect.Value) error {
	for i := range v.Len() {
		if err := checkValue(fmt.Sprintf("%s[%d]", path, i), v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func checkMap(path string, v reflect.Value) error {
	for it := v.MapRange(); it.Next(); {
		key := fmt.Sprint(it.Key())
		if err := errors.Join(checkText(path, key), checkValue(joinPath(path, key), it.Value())); err != nil {
			return err
		}
	}
	return nil
}

// checkStruct wants every field in the JSON, each under a name of its own.
func checkStruct(path string, v reflect.Value) error {
	return checkFields(path, v, map[string]bool{})
}

// checkFields goes through the fields of v, and of the structs embedded in it,
// whose fields encoding/json treats as v's own. names holds those seen so far:
// of two equal ones encoding/json would silently drop at least one.
func checkFields(path string, v reflect.Value, names map[string]bool) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		var err error
		if embedded(f) {
			err = checkFields(path, v.Field(i), names)
		} else {
			err = checkField(path, f, v.Field(i), names)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func checkField(path string, f reflect.StructField, v reflect.Value, names map[string]bool) error {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case !f.IsExported() || name == "-":
		return fmt.Errorf("parameter %s is left out of the JSON, so a change of it would go unseen: "+
			"export it, or keep it out of Params", joinPath(path, f.Name))
	case f.Anonymous && v.Kind() == reflect.Pointer:
		return fmt.Errorf("parameter %s embeds a pointer: embed the struct itself", joinPath(path, f.Name))
	case name == "":
		name = f.Name
	}
	if names[name] {
		return fmt.Errorf("two parameters are called %s in JSON", joinPath(path, name))
	}
	names[name] = true
	return checkValue(joinPath(path, name), v)
}

// embedded tells whether encoding/json puts the fields of f in f's place.
func embedded(f reflect.StructField) bool {
	return f.Anonymous && f.Type.Kind() == reflect.Struct && f.Tag.Get("json") == ""
}

func checkText(path, text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("parameter %s is not valid UTF-8: %q", path, text)
	}
	return nil
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
