package runtime

import "testing"

func TestTestedVersions(t *testing.T) {
	for version, want := range map[string]bool{
		OldestTested: true, NewestTested: true, "1.30.1": true,
		"1.28.9": false, "1.33.0": false, "1.100.0": false, "2.0.0": false, "0.9.0": false,
		"1.29.0-dev": false, "": false, "newest": false,
	} {
		f := versionFinding(version)
		if !f.OK || f.Untested == want || (f.Fix == "") != want {
			t.Errorf("%q: %+v", version, f)
		}
		if !want {
			wantText(t, f.Detail, version, OldestTested, NewestTested)
		}
	}
}
