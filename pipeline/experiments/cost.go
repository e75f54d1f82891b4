package experiments

// tokensPerSecond is how many training tokens of a text one thread of a slow
// machine gets through in a pass of generator and predictor, padding included.
// It only serves the estimate of the time before there is a measured one.
const tokensPerSecond = 40_000

// generatedLength is the mean length of a generated review in tokens.
const generatedLength = 74

// cost estimates a training run in seconds.
func (r *Run) cost(data source) float64 {
	passes := 1.0
	switch {
	case r.Method.Instructs:
		passes = 3.1
	case r.Method.Attacked && r.Settings.Attack:
		passes = 2.5
	case r.Method.Reader != "":
		passes = 1.4
	case !r.Method.Selects:
		passes = 0.6
	}
	return passes * float64(r.Settings.Epochs) * float64(data.trainTokens) / tokensPerSecond
}
