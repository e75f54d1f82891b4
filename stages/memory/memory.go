// Package memory tells how much memory the process takes.
package memory

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
)

// Resident is what lies in memory now, and Peak the most that ever did, in bytes; 0
// where the system does not tell.
func Resident() int64 { return own("VmRSS:") }

// Peak is the high-water mark; see Resident.
func Peak() int64 { return own("VmHWM:") }

func own(key string) int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	return field(status, key)
}

// field finds a line such as "VmHWM:   1234 kB" of proc(5), in bytes.
func field(status []byte, key string) int64 {
	for sc := bufio.NewScanner(bytes.NewReader(status)); sc.Scan(); {
		value, ok := strings.CutPrefix(sc.Text(), key)
		if !ok {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(value, "kB")), 10, 64)
		if err != nil {
			return 0
		}
		return kib << 10
	}
	return 0
}
