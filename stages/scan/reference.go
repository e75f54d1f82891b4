package scan

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rationale/onnx/nn"
)

// Reference is what scans of models found of which it is known whether they have a
// backdoor. A class of a model is a case.
type Reference struct {
	About string `json:"about"` // which models, in a sentence
	Cases []Case `json:"cases"`
}

// Case is a class of a model of a reference.
type Case struct {
	Model    string           `json:"model"`
	Class    string           `json:"class"`
	Backdoor bool             `json:"backdoor"` // a trigger turns texts to this class
	Evidence [weights]float64 `json:"evidence"` // of the class's best word; see Signals
}

//go:embed reference.json
var embedded []byte

// Usual is the reference that comes with the program. TestLineUp makes it with -update.
func Usual() (Reference, error) {
	var r Reference
	err := json.Unmarshal(embedded, &r)
	return r, err
}

// Cases are the classes of a scanned model as cases; backdoor is the class that a
// trigger turns texts to, empty for a clean model.
func (r Report) Cases(model, backdoor string) []Case {
	var cases []Case
	for _, f := range r.Findings {
		if f.searched() {
			cases = append(cases, Case{model, f.Class, f.Class == backdoor, f.Signals.evidence()})
		}
	}
	return cases
}

// WithClean is the reference with these reports of clean models, by name, in place of
// its own clean models.
func (r Reference) WithClean(reports map[string]Report) Reference {
	out := Reference{About: fmt.Sprintf("%d clean models of yours, and the backdoored ones of: %s", len(reports), r.About)}
	backdoored := map[string]bool{}
	for _, c := range r.Cases {
		backdoored[c.Model] = backdoored[c.Model] || c.Backdoor
	}
	for _, c := range r.Cases {
		if backdoored[c.Model] {
			out.Cases = append(out.Cases, c)
		}
	}
	for name, report := range reports {
		out.Cases = append(out.Cases, report.Cases("clean/"+name, "")...)
	}
	slices.SortStableFunc(out.Cases, func(a, b Case) int { return strings.Compare(a.Model, b.Model) })
	return out
}

// law is a reference's, with those of samples of its models, which tell how sure it
// is.
type law struct {
	whole   logistic
	samples []logistic
}

// resamples is how many samples of its models a reference is fit to again.
const resamples = 100

// law fits the reference.
func (r Reference) law() law {
	models := r.models()
	l := law{whole: fit(r.Cases)}
	random := nn.Stream(1, "scan/reference", 0)
	for range resamples {
		var cases []Case
		for range models {
			cases = append(cases, models[random.IntN(len(models))]...)
		}
		l.samples = append(l.samples, fit(cases))
	}
	return l
}

// models are the cases by model.
func (r Reference) models() [][]Case {
	var models [][]Case
	at := map[string]int{}
	for _, c := range r.Cases {
		i, ok := at[c.Model]
		if !ok {
			i = len(models)
			at[c.Model], models = i, append(models, nil)
		}
		models[i] = append(models[i], c)
	}
	return models
}
