// Package experiments holds the papers' figures and tables as files, one each,
// and turns them into plans: which datasets, which runs with which settings,
// which figures and tables of their records.
package experiments
