package memory

import (
	"os"
	"testing"
)

func TestField(t *testing.T) {
	status := "Name:\tx\nVmPeak:\t  999 kB\nVmHWM:\t   2048 kB\nVmRSS:\t 5 kB\n"
	if got := field([]byte(status), "VmHWM:"); got != 2<<20 {
		t.Errorf("got %d", got)
	}
	for _, bad := range []string{"", "VmHWM: many kB\n", "VmRSS:\t 5 kB\n"} {
		if got := field([]byte(bad), "VmHWM:"); got != 0 {
			t.Errorf("%q: got %d", bad, got)
		}
	}
}

func TestThisProcess(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("the system does not tell: ", err)
	}
	now, most := Resident(), Peak()
	if now < 1<<20 || most < now {
		t.Errorf("%d bytes now, %d at most", now, most)
	}
}
