package experiments

import (
	"fmt"

	"rationale/datasets/spelling"
)

// suggestion asks whether a known name was meant, when one is near.
func suggestion(s string, known []string) string {
	if near := spelling.Nearest(s, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}
