// Package report turns finished experiments into what people look at: one
// self-contained page, all numbers as tidy records, and where each came from.
// It only reads; the same artifacts give the same bytes.
package report
