package wordpiece

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	vocabFile = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n\u00c9\n"
	wholeFile = `{"version":"1.0",
"added_tokens":[{"id":0,"content":"[PAD]","special":true}],
"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":false},
"pre_tokenizer":{"type":"BertPreTokenizer"},
"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"a":5,"##b":6,"\u00c9":7}}}`
)

// folder writes files and gives their folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestLoad reads "AB É" with each kind of vocabulary.
func TestLoad(t *testing.T) {
	lower, kept := []int32{5, 6, 1}, []int32{1, 7}
	for _, c := range []struct {
		name  string
		files map[string]string
		path  string
		ids   []int32
	}{
		{"a file", map[string]string{"v.txt": vocabFile}, "v.txt", lower},
		{"a file with a byte order mark", map[string]string{"v.txt": "\ufeff" + vocabFile}, "v.txt", lower},
		{"a tokenizer.json with one", map[string]string{"tokenizer.json": "\ufeff" + wholeFile}, "tokenizer.json", kept},
		{"settings with one", map[string]string{"vocab.txt": vocabFile, "tokenizer_config.json": "\ufeff" + `{"do_lower_case":false}`}, "", kept},
		{"a folder without settings", map[string]string{"vocab.txt": vocabFile}, "", lower},
		{"lower-casing off", map[string]string{"vocab.txt": vocabFile, "tokenizer_config.json": `{"do_lower_case":false}`}, "", kept},
		{"accents kept", map[string]string{
			"vocab.txt":             strings.Replace(vocabFile, "\u00c9", "\u00e9", 1),
			"tokenizer_config.json": `{"do_lower_case":true,"strip_accents":false,"unk_token":{"content":"[UNK]"},"model_max_length":512}`,
		}, "", []int32{5, 6, 7}},
		{"a tokenizer.json", map[string]string{"tokenizer.json": wholeFile}, "tokenizer.json", kept},
		{"a folder with it and settings", map[string]string{
			"tokenizer.json": wholeFile, "tokenizer_config.json": `{"do_lower_case":true}`,
		}, "", lower},
		{"a folder with it", map[string]string{"tokenizer.json": wholeFile}, "", kept},
	} {
		t.Run(c.name, func(t *testing.T) {
			bert, err := Load(filepath.Join(folder(t, c.files), c.path))
			if err != nil {
				t.Fatal(err)
			}
			if got := bert.EncodeText("AB \u00c9").IDs; !slices.Equal(got, c.ids) {
				t.Errorf("ids %v, want %v", got, c.ids)
			}
		})
	}
}

func TestTheTwoFormsOfATokenizerAreTheSame(t *testing.T) {
	one, err := Load(folder(t, map[string]string{"tokenizer.json": wholeFile}))
	if err != nil {
		t.Fatal(err)
	}
	other, err := Load(folder(t, map[string]string{"vocab.txt": vocabFile, "tokenizer_config.json": `{"do_lower_case":false}`}))
	if err != nil {
		t.Fatal(err)
	}
	if one.Digest() != other.Digest() || len(one.Digest()) != 64 {
		t.Errorf("digests %s and %s", one.Digest(), other.Digest())
	}
	lower, err := Load(folder(t, map[string]string{"vocab.txt": vocabFile}))
	if err != nil {
		t.Fatal(err)
	}
	if lower.Digest() == one.Digest() {
		t.Error("other settings have the same digest")
	}
}

func TestLoadErrors(t *testing.T) {
	whole := func(old, new string) map[string]string {
		return map[string]string{"tokenizer.json": strings.Replace(wholeFile, old, new, 1)}
	}
	vocab := func(text string) map[string]string { return map[string]string{"vocab.txt": text} }
	config := func(text string) map[string]string {
		return map[string]string{"vocab.txt": vocabFile, "tokenizer_config.json": text}
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"empty folder", nil, []string{"neither vocab.txt nor tokenizer.json"}},
		{"blank line", vocab("[PAD]\n\n[UNK]\n"), []string{"vocab.txt: line 2: blank"}},
		{"duplicate", vocab(vocabFile + "a\n"), []string{"vocab.txt: line 9", `"a" again`, "line 6"}},
		{"special twice", vocab(vocabFile + "[SEP]\n"), []string{"line 9", `"[SEP]" again`, "line 4"}},
		{"no unknown", vocab("[PAD]\n[CLS]\n[SEP]\n"), []string{"vocab.txt", `"[UNK]"`, "unk_token"}},
		{"no separator", vocab("[PAD]\n[CLS]\n[UNK]\n"), []string{`"[SEP]"`, "sep_token"}},
		{"empty", vocab(""), []string{"0 tokens"}},
		{"config not JSON", config("{"), []string{"tokenizer_config.json"}},
		{"config type", config(`{"do_lower_case":"yes"}`), []string{"tokenizer_config.json", "do_lower_case"}},
		{"config special type", config(`{"cls_token":5}`), []string{"tokenizer_config.json"}},
		{"config special elsewhere", config(`{"cls_token":"<s>"}`), []string{"vocab.txt", `"<s>"`, "cls_token"}},
		{"config without splitting", config(`{"do_basic_tokenize":false}`), []string{"do_basic_tokenize", "not supported"}},
		{"config never split", config(`{"never_split":["x"]}`), []string{"never_split", "not supported"}},
		{"not JSON", whole("{", "["), []string{"tokenizer.json"}},
		{"other model", whole(`"WordPiece"`, `"BPE"`), []string{`"BPE"`, `"WordPiece"`}},
		{"other normalizer", whole(`"BertNormalizer"`, `"NFC"`), []string{"normalizer"}},
		{"other pre-tokenizer", whole(`"BertPreTokenizer"`, `"ByteLevel"`), []string{"pre_tokenizer"}},
		{"hole in the ids", whole(`:7}`, `:8}`), []string{"id 8", "8 tokens"}},
		{"id twice", whole(`:7}`, `:6}`), []string{"id 6"}},
		{"negative id", whole(`:7}`, `:-1}`), []string{"id -1"}},
		{"added token elsewhere", whole(`"id":0`, `"id":9`), []string{`added token "[PAD]"`, "id 9"}},
		{"unknown missing", whole(`"unk_token":"[UNK]"`, `"unk_token":"<unk>"`), []string{"tokenizer.json", `"<unk>"`}},
		{"longest word", whole(`:100`, `:0`), []string{"max_input_chars_per_word", "0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := folder(t, c.files)
			_, err := Load(dir)
			for _, want := range append(c.want, dir, "as they were published") {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q", err, want)
				}
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("Load of nothing: %v", err)
	}
}
