// Package campaign is what the tests of the program against damaged input and
// against kills have in common: seeded mutations of files, processes that are
// watched while they read them, and a strict judge of what came of it.
package campaign
