package texts

import "rationale/stages/tokenize"

// SHIM until the tokenized rows have these themselves.
func selectable(t tokenize.Text) []bool {
	out := make([]bool, len(t.IDs))
	for i, w := range t.Word {
		out[i] = int(w) >= t.Lead
	}
	return out
}

func sentences(tokenize.Text) []int32 { return nil }

func sentence(tokenize.Text, int) int { return 0 }

func (d *data) queries() bool {
	for _, name := range []string{"train", "dev", "test"} {
		texts, err := tokenize.Read(d.dir, name)
		if err != nil {
			continue
		}
		for _, t := range texts {
			if t.Lead > 0 {
				return true
			}
		}
	}
	return false
}
