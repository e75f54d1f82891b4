package rationalizer

// What a training run keeps in memory, from below: numbers of 4 bytes.
const (
	numberBytes = 4
	// copies of each parameter: itself and Adam's two moments, as they are and
	// as a step makes them, its gradient, and the best epoch's.
	copies = 8
	// directions and vectors of an encoder, a word each: the projected input,
	// three gates wide, and the state.
	directions, vectors = 2, 4
)

// ParameterMemory is how many bytes the parameters of a configuration take
// with all that training keeps of them, at least.
func (m Method) ParameterMemory(c Config) float64 {
	numbers := 0
	for _, l := range m.layouts(m.complete(c)) {
		numbers += l.Size()
	}
	return numberBytes * copies * float64(numbers)
}

// BatchMemory is how many bytes a word of a batch takes during a training
// step, at least: what the encoder of each layout keeps for the way back.
func (m Method) BatchMemory(c Config) float64 {
	encoders := 0
	for _, l := range m.layouts(m.complete(c)) {
		if !l.Carried {
			encoders++
		}
	}
	return numberBytes * directions * vectors * float64(encoders) * float64(c.Hyper.Hidden)
}
