// Package datasets turns raw files of many kinds into one checked, memory-mapped
// form and reads it back.
//
// A dataset is a folder with three Arrow IPC files of one schema, train.arrow,
// dev.arrow and test.arrow, and a manifest.json that says where the rows came
// from and holds the SHA-256 of each file. [Import] writes such a folder as a
// whole or not at all; [Open] checks every digest before a parser sees a byte,
// because a single flipped bit in an Arrow file can end a Go process in a way
// that cannot be recovered from. A digest can be written anew, so the parser sees
// only what package vet has looked through.
//
// What a source looks like is the business of a [Format]: one file of this
// package, which registers itself. The formats csv and jsonl read named columns,
// so that most data needs no Go at all; README.md walks through both ways.
package datasets
