package runtime

import (
	"errors"
	"regexp"

	ort "github.com/yalue/onnxruntime_go"
)

// sourcePosition matches where in its own sources onnxruntime noticed a
// problem, with the status code that may follow: noise to everyone else.
var sourcePosition = regexp.MustCompile(`\S+\.(?:cc|h|cpp):\d+ (?:.*?\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : )?`)

// errUndeclaredScalar explains the binding's "The shape has no dimensions".
var errUndeclaredScalar = errors.New("an output turned out to have rank 0, which the model must declare; give it an empty shape, or shape [1]")

// libraryError is onnxruntime's own message without the binding's layers
// ("Error creating C session: …") around it.
func libraryError(err error) error {
	if errors.Is(err, ort.ZeroShapeLengthError) {
		return errUndeclaredScalar
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return errors.New(withoutCudaDetails(sourcePosition.ReplaceAllString(err.Error(), "")))
}
