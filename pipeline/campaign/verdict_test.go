package campaign

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestJudge plants everything that may come of an input, and looks that each
// is counted as what it is: a judge who cannot convict proves nothing.
func TestJudge(t *testing.T) {
	undamaged := Expectation{Names: []string{"data.csv"}, Stdout: "rows 3\n", State: "abc", Before: "before", Memory: 1 << 20}
	notice, justified, refuted := undamaged, undamaged, undamaged
	notice.Notice = true
	justified.Justified = func(Observation) error { return nil }
	refuted.Justified = func(Observation) error { return errors.New("the file says 4") }
	stale := undamaged
	stale.Codes = []int{3}
	failed := func(text string) Observation { return Observation{Code: 1, Stderr: text, State: "before"} }
	right := Observation{Stdout: "rows 3\n", State: "abc"}
	for name, c := range map[string]struct {
		o    Observation
		want Expectation
		is   Outcome
	}{
		"clear":                  {failed("rationale: data.csv:3: empty text"), undamaged, ClearError},
		"clear, with advice":     {failed("rationale: data.csv is damaged; import it again"), notice, ClearError},
		"does not say where":     {failed("rationale: expected a number"), undamaged, UnclearError},
		"does not say what":      {failed("rationale: data.csv: error"), undamaged, UnclearError},
		"failed and changed":     {Observation{Code: 1, Stderr: "data.csv: import again", State: "half"}, undamaged, WrongAcceptance},
		"right":                  {right, undamaged, RightAcceptance},
		"unnoticed":              {right, notice, WrongAcceptance},
		"healed and said so":     {Observation{Stdout: "rows 3\n", State: "abc", Stderr: "data.csv is damaged: made again"}, notice, RightAcceptance},
		"healed to other bytes":  {Observation{Stdout: "rows 3\n", State: "abd", Stderr: "data.csv is damaged: made again"}, notice, WrongAcceptance},
		"other output":           {Observation{Stdout: "rows 4\n", State: "abc"}, undamaged, WrongAcceptance},
		"other state":            {Observation{Stdout: "rows 3\n", State: "abd"}, undamaged, WrongAcceptance},
		"as the damage says":     {Observation{Stdout: "rows 4\n", State: "abd"}, justified, RightAcceptance},
		"not as the damage says": {Observation{Stdout: "rows 5\n", State: "abd"}, refuted, WrongAcceptance},
		"a meaningful code":      {Observation{Code: 3, Stdout: "rows 3\n", State: "abc"}, stale, RightAcceptance},
		"a code without meaning": {Observation{Code: 3, Stdout: "rows 3\n", State: "abc"}, undamaged, Trace},
		"a signal":               {Observation{Code: -1, End: "signal: killed"}, undamaged, Trace},
		"panic":                  {failed("rationale: data.csv: panic: index out of range"), undamaged, Trace},
		"recovered panic":        {failed("rationale: data.csv: runtime error: slice bounds out of range; import again"), undamaged, Trace},
		"usage's code and trace": {Observation{Code: 2, Stderr: "fatal error: out of memory\n\ngoroutine 1 [running]:", State: "before"}, undamaged, Trace},
		"told as a fault":        {failed("rationale: data.csv: this is a fault of the program, import again"), undamaged, Trace},
		"trace after success":    {Observation{Stdout: "rows 3\n", State: "abc", Stderr: "goroutine 7 [running]:"}, undamaged, Trace},
		"hang":                   {Observation{Code: -1, TimedOut: true, Took: time.Minute}, undamaged, Hang},
		"memory":                 {Observation{Stdout: "rows 3\n", State: "abc", Peak: 1 << 30}, undamaged, Memory},
		"raw control character":  {failed("rationale: data.csv: class \"\x1b[31m\"; expected a name"), undamaged, WrongAcceptance},
		"raw invalid UTF-8":      {Observation{Stdout: "rows \xff\n", State: "abc"}, justified, WrongAcceptance},
	} {
		got, why := Judge(c.o, c.want)
		if got != c.is || got.Good() != (why == "") {
			t.Errorf("%s: %v (%s), want %v", name, got, why, c.is)
		}
	}
}

func TestTable(t *testing.T) {
	var table Table
	table.Add("csv", "plain", ClearError)
	table.Add("csv", "plain", Trace)
	table.Add("arrow", "kept", RightAcceptance)
	want := "| arrow | kept | 0 | 1 | 0 | 0 | 0 | 0 | 0 |\n| csv | plain | 1 | 0 | 0 | 0 | 1 | 0 | 0 |\n| all |  | 1 | 1 | 0 | 0 | 1 | 0 | 0 |\n"
	if got := table.String(); !strings.HasSuffix(got, want) {
		t.Errorf("got\n%s", got)
	}
}
