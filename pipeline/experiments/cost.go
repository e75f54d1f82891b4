package experiments

// textsPerSecond is how many training texts of an average review a slow
// machine of two cores gets through; it only serves the estimate of the time
// left before there is a measured one.
const textsPerSecond = 400

// cost estimates a training run in seconds.
func (r *Run) cost(data source) float64 {
	passes := map[bool]float64{false: 1, true: 2.5}[r.Settings.Attack && r.Method.Attacked]
	return passes * float64(r.Settings.Epochs*data.trainRows) / textsPerSecond
}
