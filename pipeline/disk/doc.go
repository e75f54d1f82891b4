// Package disk is how the program changes folders that belong to its user.
//
// Three laws hold for every path that it writes, and they are decided here:
//
//   - A folder is taken over only when it is absent, empty, or bears the
//     program's marker (Claim).
//   - A file is written only where a regular file or nothing stands, never
//     through a link, and appears whole or not at all (WriteFile). So does a
//     folder of files (WriteFolder).
//   - What a killed process left unfinished lies under a name and beside a
//     marker that only the program makes, so that the next one can remove it
//     and nothing else.
package disk
