// Package notices holds the licences of what the program is made of.
package notices

import _ "embed"

// ThirdParty names the modules that the program links, on any platform, with
// their licences in full, and what it fetches. `make notices` writes it.
//
//go:embed THIRD_PARTY.txt
var ThirdParty string
