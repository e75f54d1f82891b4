package pickle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// pickled is a file that NumPy 2.4 wrote.
func pickled(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// The same four arrays in all protocols.
func TestProtocols(t *testing.T) {
	for protocol := 2; protocol <= 5; protocol++ {
		arrays, err := Read(pickled(t, fmt.Sprintf("protocol%d.pkl", protocol)))
		if err != nil || len(arrays) != 4 {
			t.Errorf("protocol %d: %d arrays, %v", protocol, len(arrays), err)
			continue
		}
		for i, want := range []struct {
			shape   []int
			numbers []float64
		}{
			{[]int{2, 3}, []float64{0, 1, 2, 3, 4, 5}}, {[]int{1, 2}, []float64{0.5, -1.25}}, {[]int{2}, []float64{1, 0}}, {[]int{3}, []float64{0, 1, 2}},
		} {
			var numbers []float64
			for j := range want.numbers {
				numbers = append(numbers, arrays[i].At(j))
			}
			if !slices.Equal(arrays[i].Shape, want.shape) || !slices.Equal(numbers, want.numbers) {
				t.Errorf("protocol %d, array %d: %v %v; want %v %v", protocol, i, arrays[i].Shape, numbers, want.shape, want.numbers)
			}
		}
	}
}

// An array as Python 2 and NumPy 1 write it: bytes and names as short strings.
func TestPython2(t *testing.T) {
	arrays, err := Read(assemble(arrayOf("numpy.core", "i2", []int{2}, "\x03\x00\xff\xff"), "\x85"))
	if err != nil || len(arrays) != 1 || arrays[0].At(0) != 3 || arrays[0].At(1) != -1 {
		t.Errorf("%v, %v", arrays, err)
	}
}

// assemble is a pickle of protocol 2 with these instructions.
func assemble(instructions ...string) []byte {
	return []byte("\x80\x02" + strings.Join(instructions, "") + ".")
}

// arrayOf are the instructions for an array.
func arrayOf(numpy, kind string, shape []int, data string) string {
	sizes := "("
	for _, n := range shape {
		sizes += "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n)))
	}
	long := "T" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) + data
	return "c" + numpy + ".multiarray\n_reconstruct\n" + "cnumpy\nndarray\n" + "K\x00\x85" + "U\x01b" + "\x87R" +
		"(K\x01" + sizes + "t" + numberTypeOf(kind, "<") + "\x89" + long + "tb"
}

func numberTypeOf(kind, order string) string {
	return "cnumpy\ndtype\nU" + string(rune(len(kind))) + kind + "K\x00K\x01\x87R(K\x03U\x01" + order + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
}

// What is no tuple of arrays of numbers, as NumPy writes it.
func TestOtherPicklesAreRefused(t *testing.T) {
	for name, want := range map[string]string{
		"column_major_2": "numpy.ascontiguousarray", "column_major_4": "numpy.ascontiguousarray",
		"big_endian_2": `byte order ">"`, "big_endian_4": `byte order ">"`,
		"objects_2": `type "O8"; expected numbers`, "objects_4": `type "O8"`,
		"texts_2": `type "U2"`, "texts_4": `type "U2"`,
		"listed_2": "instruction 0x5d is none of those", "listed_4": "instruction 0x5d",
		"loose_2": "part 1 of the pickled tuple is a number", "loose_4": "part 1",
		"bare_2": "holds an array", "bare_4": "expected a tuple of arrays",
	} {
		if _, err := Read(pickled(t, "refused_"+name+".pkl")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", name, err, want)
		}
	}
}

// Pickles that were made to do harm.
func TestHostilePickles(t *testing.T) {
	sound := arrayOf("numpy._core", "f8", []int{1}, "12345678")
	length := func(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }
	for what, c := range map[string]struct {
		raw  []byte
		want string
	}{
		"nothing":                {nil, "no pickle of protocol 2"},
		"protocol 0":             {[]byte("(I1\nI2\nt."), "protocol=4"},
		"protocol 9":             {[]byte("\x80\x09."), "protocol 9; expected 2 to 5"},
		"runs a command":         {assemble("cos\nsystem\nU\x02ls\x85R"), `it would use "system" of module "os"`},
		"runs one by name":       {assemble("\x8c\x08builtins\x8c\x04eval\x93"), `it would use "eval" of module "builtins"`},
		"imports a module":       {assemble("cnumpy\nload\n"), `it would use "load" of module "numpy"`},
		"makes an object":        {assemble("cnumpy\nndarray\n)\x81"), "instruction 0x81"},
		"persistent reference":   {assemble("U\x01aQ"), "instruction 0x51"},
		"extension":              {assemble("\x82\x01"), "instruction 0x82"},
		"out-of-band buffer":     {assemble("\x97"), "instruction 0x97"},
		"dictionary":             {assemble("}"), "instruction 0x7d"},
		"calls a class":          {assemble("cnumpy\nndarray\n)R"), "other kinds than arrays need"},
		"calls a number":         {assemble("K\x01)R"), "a number is called with a tuple of 0"},
		"subclass of array":      {assemble("cnumpy._core.multiarray\n_reconstruct\ncnumpy\ndtype\nK\x00\x85U\x01b\x87R"), "other kinds"},
		"huge text":              {assemble("T" + length(1<<31-1)), "2147483647 bytes are needed and 1 are left"},
		"huge text of 8 bytes":   {assemble("\x8e\xff\xff\xff\xff\xff\xff\xff\xff"), "a length of"},
		"huge frame":             {assemble("\x95\xff\xff\xff\xff\xff\xff\xff\x7f"), "a frame of"},
		"huge number":            {assemble("\x8a\xff"), "a number of 255 bytes"},
		"huge shape":             {assemble(arrayOf("numpy.core", "f8", []int{1 << 30, 1 << 30, 1 << 30}, "12345678"), "\x85"), "other sizes than its 1 numbers"},
		"shape that wraps":       {assemble(arrayOf("numpy.core", "f8", []int{1 << 30, 1 << 30, 1 << 4}, "12345678"), "\x85"), "other sizes"},
		"shape of nothing":       {assemble(arrayOf("numpy.core", "f8", []int{0}, ""), "\x85"), "other sizes than its 0 numbers"},
		"negative shape":         {assemble(arrayOf("numpy.core", "f8", []int{-1}, "12345678"), "\x85"), "other sizes"},
		"shape too small":        {assemble(arrayOf("numpy.core", "f8", []int{1}, "123456781234"), "\x85"), "array of shape [1] and 12 bytes; expected 8"},
		"array without numbers":  {assemble("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R\x85"), "an array without numbers"},
		"built twice":            {assemble(sound, "(K\x01K\x01\x85"+numberTypeOf("f8", "<")+"\x89U\x0812345678tb"), "five parts, once"},
		"built with itself":      {assemble(sound, "q\x00h\x00b"), "is completed with an array"},
		"completed number":       {assemble("K\x01)b"), "a number is completed"},
		"unknown memory":         {assemble("h\x07"), "value 7 is recalled and was never kept"},
		"empty stack":            {assemble(), "1 values are needed and 0 are there"},
		"below a mark":           {assemble("K\x01(\x85"), "1 values are needed and 0 are there"},
		"tuple without a mark":   {assemble("t"), "never began"},
		"two values":             {assemble(sound, "\x85", "N"), "holds None; expected a tuple"},
		"a value below":          {assemble("N", sound, "\x85"), "expected a tuple of arrays"},
		"bytes behind":           {append(assemble(sound, "\x85"), 0), "1 bytes follow the end"},
		"no end":                 {[]byte("\x80\x02N"), "is the file truncated?"},
		"name without end":       {[]byte("\x80\x02cnumpy"), "a name does not end"},
		"text that is no latin1": {assemble("c_codecs\nencode\nX" + length(3) + "€U\x06latin1\x86R"), "stands for no byte"},
		"other coding":           {assemble("c_codecs\nencode\nX" + length(1) + "aU\x03rot\x86R"), "expected a text in latin1"},
		"deep nesting":           {assemble(strings.Repeat("(", 20000), strings.Repeat("t", 20000)), "more than 10000 instructions"},
		"nesting within bounds":  {assemble("N", strings.Repeat("\x85", 9000)), "part 1 of the pickled tuple is a tuple of 1"},
		"doubling tuples":        {assemble("N", strings.Repeat("q\x00h\x00\x86", 3000)), "part 1 of the pickled tuple is a tuple of 2"},
		"copies of a long text":  {assemble("X"+length(1<<16), strings.Repeat("a", 1<<16), "q\x00", strings.Repeat("c_codecs\nencode\nh\x00U\x06latin1\x86R", 2000)), "more bytes than the pickle has"},
	} {
		err := readBounded(t, c.raw)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", what, err, c.want)
		}
	}
}

// readBounded reads a pickle, in memory in proportion to its size.
func readBounded(t testing.TB, raw []byte) error {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	arrays, err := Read(raw)
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 4<<20+8*uint64(len(raw)) {
		t.Fatalf("%d bytes of memory for a pickle of %d (%v)", taken, len(raw), err)
	}
	for _, a := range arrays {
		whole := 1
		for _, n := range a.Shape {
			whole *= n
		}
		a.At(0)
		a.At(whole - 1)
	}
	return err
}

// Changed bytes give an error, or other numbers; nothing else.
func TestChangedPickles(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for protocol := 2; protocol <= 5; protocol++ {
		whole := pickled(t, fmt.Sprintf("protocol%d.pkl", protocol))
		for range 3000 {
			raw := bytes.Clone(whole)
			for range 1 + random.IntN(3) {
				raw[random.IntN(len(raw))] = byte(random.IntN(256))
			}
			_ = readBounded(t, raw)
		}
		for end := range len(whole) {
			if _, err := Read(whole[:end]); err == nil {
				t.Errorf("protocol %d: %d of %d bytes are enough", protocol, end, len(whole))
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for protocol := 2; protocol <= 5; protocol++ {
		f.Add(pickled(f, fmt.Sprintf("protocol%d.pkl", protocol)))
	}
	f.Add(assemble(arrayOf("numpy.core", "f8", []int{1}, "12345678"), "\x85"))
	f.Fuzz(func(t *testing.T, raw []byte) { _ = readBounded(t, raw) })
}
