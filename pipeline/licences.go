package main

import (
	"io"

	"github.com/alecthomas/kong"

	"rationale/pipeline/notices"
)

// licencesFlag prints the third-party notices and ends the program.
type licencesFlag bool

// IgnoreDefault keeps kong from taking the flag's default for its use.
func (licencesFlag) IgnoreDefault() {}

// BeforeReset is called by kong as soon as the flag is seen.
func (licencesFlag) BeforeReset(k *kong.Kong) error {
	_, err := io.WriteString(&output{to: k.Stdout}, notices.ThirdParty)
	if err == nil {
		k.Exit(exitDone)
	}
	return err
}
