// Command rationale trains models that explain themselves, inspects them for
// correlations that their own training added, and draws the figures and tables
// of the papers about them, all on the stock onnxruntime library.
//
// Run `rationale --help` for its verbs. stdout carries data, stderr progress
// and messages. Exit codes: 0 done, 1 failed, 2 wrong command line, 3 stale
// (status), 130 interrupted.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
