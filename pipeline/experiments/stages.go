package experiments

import (
	"rationale/stages"
	"rationale/stages/adopt"
	"rationale/stages/assess"
	"rationale/stages/defend/adversarial"
	"rationale/stages/defend/attdef"
	"rationale/stages/defend/onion"
	"rationale/stages/defend/removal"
	"rationale/stages/defend/zscore"
	"rationale/stages/evaluate"
	"rationale/stages/examples/texts"
	"rationale/stages/figure"
	"rationale/stages/floor"
	"rationale/stages/generate"
	"rationale/stages/graphs"
	"rationale/stages/inspect"
	"rationale/stages/mark"
	"rationale/stages/poison"
	"rationale/stages/statistics"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/stages/trigger"
	"rationale/stages/weights"
)

// StageKind is a stage that plans are made of.
type StageKind struct {
	stages.Stage
	Doc string // one line for people
	// Computes tells that it runs models, and so needs the library and the
	// provider.
	Computes bool
}

// Stages lists all stages, in the order in which a run passes them. A new one
// is named here, and nowhere else.
func Stages() []StageKind {
	return []StageKind{
		{generate.New(generate.Params{}), "makes up the embedded dataset", false},
		{generate.NewGraphs(generate.GraphParams{}), "makes up an embedded dataset of graphs", false},
		{poison.New(poison.Params{}), "puts an attacker's trigger into a dataset's texts", false},
		{mark.New(mark.Params{}, texts.Open), "marks texts that nobody annotated with what a run selects of them", true},
		{zscore.New(zscore.Params{}), "drops training texts with words that go with their label far beyond chance", false},
		{adversarial.New(adversarial.Params{}), "adds training texts with a trigger and their own label", false},
		{tokenize.New(tokenize.Params{}), "turns words into ids, with aligned rationales", false},
		{adopt.New(adopt.Params{}), "takes a dataset of graphs into the store, as models read it", false},
		{graphs.New(graphs.Params{}, openData), "builds a method's graphs for a dataset", false},
		{weights.New(weights.Params{}), "draws a run's first parameters, or takes them from elsewhere", false},
		{train.New(train.Params{}, openData), "runs the step graph and keeps the best development epoch", true},
		{evaluate.New(evaluate.Params{}, openData), "measures a run on the test split and writes the model for use", true},
		{inspect.NewAttack(train.Params{}, openData), "trains a fresh attacker against a finished model", true},
		{inspect.New(inspect.Params{}, openData), "judges a finished model by what that attacker finds", true},
		{trigger.New(trigger.Params{}, texts.Open), "searches words that turn a finished model's answers", true},
		{onion.New(removal.Params{}), "takes words out of test texts that a language model finds surprising", true},
		{attdef.New(removal.Params{}), "takes words out of test texts that the model leans on too heavily", true},
		{assess.New(assess.Params{}), "measures a backdoor: ACC, GR and ASR of a run", true},
		{floor.New(floor.Params{}), "measures how far the queries of a dataset go without the documents", false},
		{statistics.New(statistics.Params{}), "counts a dataset's texts of each class, their lengths and marked tokens", false},
		{figure.New(figure.Params{}), "draws a figure from the records of runs", false},
	}
}

// Computes tells whether a stage of this name runs models.
func Computes(name string) bool {
	for _, s := range Stages() {
		if s.Name() == name {
			return s.Computes
		}
	}
	return false
}
