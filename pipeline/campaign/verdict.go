package campaign

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Outcome is what came of giving the program one damaged input.
type Outcome int

// The outcomes; the first two are good.
const (
	ClearError      Outcome = iota // named what is wrong, and the line, what was expected or what to do
	RightAcceptance                // a result that the input justifies
	UnclearError                   // failed, but did not say where or what to do
	WrongAcceptance                // damage unnoticed, or another result than the input's
	Trace                          // panic text, a signal, an exit code that means nothing
	Hang
	Memory
)

// Outcomes names all outcomes, as the table's columns do.
var Outcomes = []string{"clear error", "right", "unclear", "wrong", "trace", "hang", "memory"}

func (o Outcome) String() string { return Outcomes[o] }

// Good tells whether the program did what it promises.
func (o Outcome) Good() bool { return o <= RightAcceptance }

// Observation is what the program did.
type Observation struct {
	Given          string // the last argument
	Code           int    // exit code; -1 when it ended otherwise
	End            string // how it ended when it did not exit
	Stdout, Stderr string
	Took           time.Duration
	TimedOut       bool
	Peak           int64  // bytes of memory
	State          string // what it has stored, in a form that can be compared
}

// Expectation is what the judge knows beforehand.
type Expectation struct {
	Names []string // a clear error holds one of these
	// Notice tells that the damage must be noticed whatever comes of it:
	// as an error, or healed and said so.
	Notice bool
	// Stdout and State are those of the undamaged input.
	Stdout, State string
	// Before is the state when the program was started, which an error leaves.
	Before string
	// Justified says whether a result other than the undamaged input's is
	// that of the damaged one; nil: never.
	Justified func(Observation) error
	// Codes are exit codes beside 0, 1 and 2 that mean something here.
	Codes []int
	// Memory bounds Peak; 0 does not.
	Memory int64
}

var (
	traces = regexp.MustCompile(`(?i)goroutine |panic:|runtime error|SIGSEGV|SIGBUS|SIGABRT|fatal error|unexpected fault|fault of the program|core dumped|terminate called`)
	advice = regexp.MustCompile(`(?i)again|expected|want|did you mean|use |set |see |build|make |rationale |instead|give |name |rename|choose|leave|must |at most|not one of|fetch|convert|allowed|end the|install|put |mend|missing|holds no|there (is|are) |is no number|lies between|for example|not ONNX|refuses the model|symbolic links|no such file|--[a-z]|:[0-9]+: |line [0-9]+`)
)

// Judge gives the outcome and, when it is not good, the reason.
func Judge(o Observation, want Expectation) (Outcome, string) {
	said := o.Stderr + o.Stdout
	switch {
	case o.TimedOut:
		return Hang, fmt.Sprintf("still running after %v", o.Took)
	case o.Code < 0 || o.Code > 2 && !contains(want.Codes, o.Code):
		return Trace, fmt.Sprintf("ended with code %d %s", o.Code, o.End)
	case traces.MatchString(o.Stderr):
		return Trace, "the message is a trace: " + traces.FindString(o.Stderr)
	case want.Memory > 0 && o.Peak > want.Memory:
		return Memory, fmt.Sprintf("%d MB of memory", o.Peak>>20)
	case raw(said) != "":
		return WrongAcceptance, "prints " + raw(said)
	case o.Code == 1 || o.Code == 2:
		return judgeError(o, want)
	}
	return judgeResult(o, want)
}

func contains(codes []int, code int) bool {
	for _, c := range codes {
		if c == code {
			return true
		}
	}
	return false
}

// raw names what must not reach a terminal as it is.
func raw(text string) string {
	if !utf8.ValidString(text) {
		return "invalid UTF-8"
	}
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\u202e' {
			return fmt.Sprintf("the control character %U", r)
		}
	}
	return ""
}

func judgeError(o Observation, want Expectation) (Outcome, string) {
	switch {
	case o.State != want.Before:
		return WrongAcceptance, "failed, and changed what was stored:\n" + o.State
	case len(want.Names) > 0 && !mentions(o, want.Names):
		return UnclearError, fmt.Sprintf("the message names none of %q", want.Names)
	case !advice.MatchString(o.Stderr + o.Stdout):
		return UnclearError, "the message does not say what to do"
	}
	return ClearError, ""
}

func judgeResult(o Observation, want Expectation) (Outcome, string) {
	switch {
	case want.Notice && !mentions(o, want.Names):
		return WrongAcceptance, "the damage was not noticed"
	case o.Stdout == want.Stdout && o.State == want.State:
		return RightAcceptance, ""
	case want.Justified == nil:
		return WrongAcceptance, "another result:\n" + o.Stdout + o.State
	}
	if err := want.Justified(o); err != nil {
		return WrongAcceptance, err.Error() + "; it gave:\n" + o.Stdout + o.State
	}
	return RightAcceptance, ""
}

func mentions(o Observation, names []string) bool {
	for _, name := range names {
		if strings.Contains(o.Stderr+o.Stdout, name) {
			return true
		}
	}
	return false
}
