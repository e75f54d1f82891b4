package runtime

import (
	"bytes"
	"math"
	"os"
	"strconv"
	"sync"
)

// memoryLimits are the files in which Linux tells the memory limit of a
// container, by version of control groups. Without a limit they hold a word,
// or a number beyond any machine's memory.
var memoryLimits = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// MachineMemory is how many bytes of memory the machine has, or the container
// where it has a limit; the largest number when that cannot be found out.
func MachineMemory() int64 { return machineMemory() }

var machineMemory = sync.OnceValue(func() int64 {
	least := physicalMemory()
	for _, file := range memoryLimits {
		least = min(least, readLimit(file))
	}
	return least
})

// readLimit is a positive number in a file, or else the largest one.
func readLimit(file string) int64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return math.MaxInt64
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	if err != nil || n <= 0 {
		return math.MaxInt64
	}
	return n
}
