package engine

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type wideParams struct {
	Name  string
	Rate  float64 `json:"rate"`
	Small float32
	Count int64
	Flag  bool
	List  []int
	Table map[string]float64
	Inner struct {
		A, B string
		Max  *int
	}
	Took time.Duration
}

func drawParams(t *rapid.T, label string) wideParams {
	// Few values of each kind, so that pairs often differ in one field only.
	var p wideParams
	p.Name = rapid.SampledFrom([]string{"", "a", "b", "null", "\u00e9", "<"}).Draw(t, label+" name")
	p.Rate = rapid.SampledFrom([]float64{0, 1, 1e-3, math.Copysign(0, -1), 1e21, math.Nextafter(1, 2)}).Draw(t, label+" rate")
	p.Small = rapid.SampledFrom([]float32{0, 0.1, math.Nextafter32(0.1, 1)}).Draw(t, label+" small")
	p.Count = rapid.SampledFrom([]int64{0, 1, 1<<53 + 1, 1 << 53, math.MinInt64}).Draw(t, label+" count")
	p.Flag = rapid.Bool().Draw(t, label+" flag")
	p.List = rapid.SampledFrom([][]int{nil, {}, {1}, {1, 2}, {12}}).Draw(t, label+" list")
	p.Table = rapid.SampledFrom([]map[string]float64{nil, {}, {"a": 1}, {"a": 1, "b": 2}}).Draw(t, label+" table")
	p.Inner.A = rapid.SampledFrom([]string{"", "x"}).Draw(t, label+" a")
	p.Inner.B = rapid.SampledFrom([]string{"", "x"}).Draw(t, label+" b")
	if rapid.Bool().Draw(t, label+" has max") {
		n := rapid.IntRange(0, 1).Draw(t, label+" max")
		p.Inner.Max = &n
	}
	return p
}

// sameValue is reflect.DeepEqual that tells -0 from 0.
func sameValue(a, b wideParams) bool {
	return reflect.DeepEqual(a, b) && math.Signbit(a.Rate) == math.Signbit(b.Rate)
}

func identityOf(t interface{ Fatal(...any) }, params any) string {
	raw, err := paramsJSON(params)
	if err != nil {
		t.Fatal(err)
	}
	id, err := Recipe{Stage: "s", Version: 1, Params: raw}.Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// changeSome replaces the fields of p, each with a probability of one in four,
// by those of other.
func changeSome(t *rapid.T, p, other wideParams) wideParams {
	to, from := reflect.ValueOf(&p).Elem(), reflect.ValueOf(other)
	for i := range to.NumField() {
		if rapid.IntRange(0, 3).Draw(t, "keep") == 0 {
			to.Field(i).Set(from.Field(i))
		}
	}
	return p
}

// TestIdentityTellsParamsApart: equal parameters, equal identities; different
// parameters, different identities.
func TestIdentityTellsParamsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawParams(t, "first")
		b := changeSome(t, a, drawParams(t, "second"))
		if same := identityOf(t, a) == identityOf(t, b); same != sameValue(a, b) {
			t.Fatalf("identities equal: %v for\n%+v\n%+v", same, a, b)
		}
	})
}

// TestIdentityOfOneField changes each leaf of one struct in turn.
func TestIdentityOfOneField(t *testing.T) {
	base := identityOf(t, wideParams{})
	changes := map[string]func(*wideParams){
		"Name":      func(p *wideParams) { p.Name = "x" },
		"rate":      func(p *wideParams) { p.Rate = 1e-300 },
		"Small":     func(p *wideParams) { p.Small = 1 },
		"Count":     func(p *wideParams) { p.Count = 1 },
		"Flag":      func(p *wideParams) { p.Flag = true },
		"List":      func(p *wideParams) { p.List = []int{0} },
		"Table":     func(p *wideParams) { p.Table = map[string]float64{"": 0} },
		"Inner.A":   func(p *wideParams) { p.Inner.A = "x" },
		"Inner.B":   func(p *wideParams) { p.Inner.B = "x" },
		"Inner.Max": func(p *wideParams) { p.Inner.Max = new(int) },
		"Took":      func(p *wideParams) { p.Took = 1 },
	}
	seen := map[string]string{base: "nothing"}
	for name, change := range changes {
		var p wideParams
		change(&p)
		id := identityOf(t, p)
		if other, ok := seen[id]; ok {
			t.Errorf("a change of %s gives the same identity as one of %s", name, other)
		}
		seen[id] = name
	}
}

// TestIdentityOfLargeIntegers: seeds beyond 2^53 do not pass through float64.
func TestIdentityOfLargeIntegers(t *testing.T) {
	if identityOf(t, wideParams{Count: 1 << 53}) == identityOf(t, wideParams{Count: 1<<53 + 1}) {
		t.Error("2^53 and 2^53 + 1 give one identity")
	}
}

func TestIdentityIgnoresFieldOrder(t *testing.T) {
	one := identityOf(t, struct {
		A int
		B string
	}{1, "x"})
	two := identityOf(t, &struct {
		B string
		A int
	}{"x", 1})
	if one != two {
		t.Error("the order of a struct's fields changes the identity")
	}
}

// TestIdentityIsStable pins one identity: a change of it makes every artifact
// of every user stale.
func TestIdentityIsStable(t *testing.T) {
	r := Recipe{Stage: "train", Version: 3, Params: json.RawMessage(`{"lr": 0.001, "b": "é<"}`), Inputs: map[string]Source{
		"vocabulary": {Artifact: "tokenize-0123456789abcdef", Digest: strings.Repeat("1", 64)},
		"data":       {Digest: rawDigest},
	}}
	got, err := r.Identity()
	if err != nil {
		t.Fatal(err)
	}
	const want = "b7b4afb617d1d20775e6838f196a7c916abbf1d38ddc9688b798912714fdee0c"
	if got != want {
		t.Errorf("identity %s, want %s", got, want)
	}
}

type inner struct{ Rate float64 }

type secret struct {
	Rate float64
	seen bool
}

// sameTag is a struct with two fields of one JSON name, which vet would not
// let stand in the source.
func sameTag() any {
	number := reflect.TypeFor[int]()
	return reflect.Zero(reflect.StructOf([]reflect.StructField{
		{Name: "A", Type: number, Tag: `json:"x"`},
		{Name: "B", Type: number, Tag: `json:"x"`},
	})).Interface()
}

func TestParamsRefused(t *testing.T) {
	tests := map[string]struct {
		params any
		want   string
	}{
		"nil":         {nil, "must be a struct"},
		"nil pointer": {(*inner)(nil), "must be a struct"},
		"map":         {map[string]int{}, "must be a struct"},
		"unexported":  {secret{seen: true}, "parameter seen is left out"},
		"dash": {struct {
			In struct {
				A int `json:"-"`
			}
		}{}, "parameter In.A is left out"},
		"interface": {struct{ V any }{1}, "parameter V is an interface"},
		"NaN":       {inner{math.NaN()}, "NaN"},
		"infinite":  {inner{math.Inf(1)}, "Inf"},
		"function":  {struct{ F func() }{}, "func()"},
		"bad text":  {struct{ S []string }{[]string{"ok", "\xff"}}, "parameter S[1] is not valid UTF-8"},
		"bad key":   {struct{ M map[string]int }{map[string]int{"\xff": 1}}, "not valid UTF-8"},
		"same name": {struct{ A, B int }{}, ""},
		"same tag":  {sameTag(), "two parameters are called x"},
		"shadowed": {struct {
			inner
			Rate float64
		}{}, "two parameters are called Rate"},
		"embedded pointer": {struct{ *inner }{}, "left out"},
		"exported pointer": {struct{ *Recipe }{}, "embeds a pointer"},
		"embedded":         {struct{ inner }{inner{1}}, ""},
		"time":             {struct{ T time.Time }{}, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := paramsJSON(tc.params)
			if tc.want == "" && err != nil {
				t.Fatalf("refused: %v", err)
			}
			if tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Fatalf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestEmbeddedFieldsAreParameters(t *testing.T) {
	if identityOf(t, struct{ inner }{inner{1}}) == identityOf(t, struct{ inner }{inner{2}}) {
		t.Error("an embedded struct's field is not part of the identity")
	}
}

func TestManifestRoundTrip(t *testing.T) {
	m := sampleManifest(t)
	data, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != m.ID || got.Label != m.Label || len(got.Files) != 1 || got.Files[0] != m.Files[0] {
		t.Errorf("got %+v", got)
	}
}

func sampleManifest(t *testing.T) Manifest {
	t.Helper()
	r := Recipe{Stage: "train", Version: 1, Params: json.RawMessage(`{"lr":0.001,"name":"a<b"}`),
		Inputs: map[string]Source{"data": {Digest: rawDigest}}}
	identity, err := r.Identity()
	if err != nil {
		t.Fatal(err)
	}
	return Manifest{Format: 1, ID: artifactID("train", identity), Recipe: r, Label: "train é",
		Files: []File{{Path: "model.bin", Size: 3, SHA256: rawDigest}}}
}

// TestManifestDamage flips every bit of a manifest and cuts it at every byte.
func TestManifestDamage(t *testing.T) {
	data, err := sampleManifest(t).encode()
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		for bit := range 8 {
			bad := bytes.Clone(data)
			bad[i] ^= 1 << bit
			if _, err := decodeManifest(bad); err == nil {
				t.Fatalf("bit %d of byte %d (%q) flipped unseen", bit, i, data[i])
			}
		}
		if _, err := decodeManifest(data[:i]); err == nil {
			t.Fatalf("cut after %d bytes unseen", i)
		}
	}
}

func TestManifestRefusesPathsOutside(t *testing.T) {
	for _, path := range []string{"../x", "/etc/passwd", "a/../../x", ""} {
		m := sampleManifest(t)
		m.Files[0].Path = path
		data, err := m.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeManifest(data); err == nil {
			t.Errorf("path %q was accepted", path)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"format":1,"id":"a-0123456789abcdef"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decodeManifest(data)
		if err != nil {
			return
		}
		again, err := m.encode()
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("accepted a manifest that is not its own encoding: %v", err)
		}
	})
}
