// Package datasets is the store of texts and of graphs: one checked, memory-mapped
// form for data of any origin.
//
// A dataset is a folder with three Arrow IPC files of one schema, train.arrow,
// dev.arrow and test.arrow, and a manifest.json that says where the rows came
// from and holds the SHA-256 of each file. [Write] makes such a folder, for
// imports (package formats) and for stages; [Open] checks every digest before a
// parser sees a byte, because a single flipped bit in an Arrow file can end a Go
// process in a way that cannot be recovered from. A digest can be written anew,
// so the parser sees only what package vet has looked through.
package datasets
