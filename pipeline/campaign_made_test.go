package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const (
	someWords  = "tea was good awful the pot , . not 7 don't cup very"
	someText   = "tea was very good ."
	sceneTexts = 8 // of each split
)

// wordsOf is the text number i of a split.
func wordsOf(split string, i int) []string {
	words := []string{"the", "tea", "was", "good", ".", "cup", split, fmt.Sprint(i)}
	if i%2 == 1 {
		words[3] = "awful"
	}
	return words[:5+i%4]
}

func classOf(i int, classes ...string) string { return classes[i%2] }

// sourceFiles gives sources of all formats by their paths.
func sourceFiles(t *testing.T) map[string][]byte {
	files := map[string][]byte{"src/glove/glove.txt": gloveLines(), "src/pieces/vocab.txt": pieceLines(), "src/hf/tokenizer.json": pieceJSON(t)}
	for _, write := range []func(files map[string][]byte, split string){
		csvSource, jsonlSource, beerSource, hotelSource, eraserSource, tweetsSource, asteSource,
	} {
		for _, split := range []string{"train", "dev", "test"} {
			write(files, split)
		}
	}
	for name, content := range files {
		if strings.HasSuffix(name, ".gz") {
			files[name] = packed(content)
		}
	}
	return files
}

func appendf(files map[string][]byte, name, format string, args ...any) {
	files[name] = fmt.Appendf(files[name], format, args...)
}

func csvSource(files map[string][]byte, split string) {
	name := "src/csv/" + split + ".csv"
	appendf(files, name, "key,body,stars,why\n")
	for i := range sceneTexts {
		marks := strings.Repeat("0 ", len(wordsOf(split, i))-1) + "1"
		appendf(files, name, "%s%d,\"%s\",%s,%s\n", split, i, strings.Join(wordsOf(split, i), " "), classOf(i, "4.5", "1"), marks)
	}
}

func jsonlSource(files map[string][]byte, split string) {
	for i := range sceneTexts {
		words, _ := json.Marshal(wordsOf(split, i)) // strings: cannot fail
		appendf(files, "src/jsonl/"+split+".jsonl", `{"id": "%s%d", "words": %s, "label": %q, "why": [1, 0%s]}`+"\n",
			split, i, words, classOf(i, "yes", "no"), strings.Repeat(", 0", len(wordsOf(split, i))-2))
	}
}

func beerSource(files map[string][]byte, split string) {
	name := map[string]string{"train": "reviews.aspect1.train.txt.gz", "dev": "reviews.aspect1.heldout.txt.gz"}[split]
	for i := range sceneTexts {
		score := classOf(i, "0.9", "0.2")
		if split == "test" {
			words, _ := json.Marshal(wordsOf(split, i)) // strings: cannot fail
			appendf(files, "src/beer/annotations.json", `{"x": %s, "y": [0.5, %s, 0.1, 0.7, 0.6], "0": [], "1": [[3, 4]], "2": [], "rid": %d}`+"\n", words, score, i)
			continue
		}
		appendf(files, "src/beer/"+name, "0.5 %s 0.1 0.7 0.6\t%s\n", score, strings.Join(wordsOf(split, i), " "))
	}
}

func hotelSource(files map[string][]byte, split string) {
	name := map[string]string{"train": "oracle/hotel_Service.train", "dev": "oracle/hotel_Service.dev", "test": "target/hotel_Service.train"}[split]
	appendf(files, "src/hotel/"+name, "task\tlabel\ttext\trationale\n")
	for i := range sceneTexts {
		words := wordsOf(split, i)
		appendf(files, "src/hotel/"+name, "service\t%s\t%s\t0 0 0 1%s\n", classOf(i, "1", "0"), strings.Join(words, " "), strings.Repeat(" 0", len(words)-4))
	}
}

func eraserSource(files map[string][]byte, split string) {
	name := map[string]string{"train": "train", "dev": "val", "test": "test"}[split] + ".jsonl"
	for i := range sceneTexts {
		doc, words := fmt.Sprintf("%s_%d", split, i), wordsOf(split, i)
		line := fmt.Sprintf(`{"annotation_id": %q, "classification": %q, "query": "is it good ?", "docids": [%[1]q], "evidences": [[{"docid": %[1]q, "start_token": 2, "end_token": 4, "text": "x"}]]}`+"\n",
			doc, classOf(i, "POS", "NEG"))
		appendf(files, "src/eraser/"+name, "%s", line)
		appendf(files, "src/packed/"+name, "%s", line)
		appendf(files, "src/eraser/docs/"+doc, "%s\n%s\n", strings.Join(words[:3], " "), strings.Join(words[3:], " "))
		appendf(files, "src/packed/docs.jsonl", `{"docid": %q, "document": "%s\n%s"}`+"\n", doc, strings.Join(words[:3], " "), strings.Join(words[3:], " "))
	}
}

func tweetsSource(files map[string][]byte, split string) {
	name := "src/tweets/" + map[string]string{"train": "train", "dev": "valid", "test": "test"}[split] + ".csv"
	appendf(files, name, "textID,text,selected_text,sentiment\n")
	for i := range sceneTexts {
		text := strings.Join(wordsOf(split, i), " ")
		appendf(files, name, "%s%d,\"%s\",%s,%s\n", split, i, text, wordsOf(split, i)[3], []string{"positive", "negative", "positive", "negative", "neutral", "negative"}[i%6])
	}
}

func asteSource(files map[string][]byte, split string) {
	for i := range sceneTexts {
		appendf(files, "src/aste/"+split+"_triplets.txt", "%s####[([1], [3], '%s')]\n", strings.Join(wordsOf(split, i), " "), classOf(i, "POS", "NEG"))
	}
}

func gloveLines() []byte {
	var b bytes.Buffer
	for i, word := range strings.Fields(someWords + " train dev") {
		fmt.Fprint(&b, word)
		for k := range 100 {
			fmt.Fprintf(&b, " %.3f", float64((i*37+k*11)%200-100)/100)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

const somePieces = "[PAD] [UNK] [CLS] [SEP] [MASK] tea was good aw ##ful the pot , . not 7 don ' t cup very tr ##ain dev test 0 1 2 3"

func pieceLines() []byte { return []byte(strings.ReplaceAll(somePieces, " ", "\n") + "\n") }

// pieceJSON is the vocabulary as Hugging Face's tokenizer.json.
func pieceJSON(t *testing.T) []byte {
	vocab := map[string]int{}
	for i, piece := range strings.Fields(somePieces) {
		vocab[piece] = i
	}
	raw, err := json.MarshalIndent(map[string]any{
		"normalizer":    map[string]any{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil, "lowercase": true},
		"pre_tokenizer": map[string]any{"type": "BertPreTokenizer"},
		"model": map[string]any{
			"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocab,
		},
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
