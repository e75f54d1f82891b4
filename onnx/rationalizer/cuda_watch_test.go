package rationalizer

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// gpuWatch samples nvidia-smi while something runs.
type gpuWatch struct {
	cmd  *exec.Cmd // nil where there is no nvidia-smi
	done chan struct{}

	samples int
	busy    float64 // sum over samples, percent
	memory  float64 // most memory in use, MB
}

// watchGPU starts sampling the first device five times a second.
func watchGPU(t testing.TB) *gpuWatch {
	t.Helper()
	w := &gpuWatch{done: make(chan struct{})}
	cmd := exec.Command("nvidia-smi", "--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits", "--id=0", "-lms", "200")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Logf("nothing about the device is sampled: %v", err)
		return w
	}
	w.cmd = cmd
	go w.read(out)
	return w
}

func (w *gpuWatch) read(out io.Reader) {
	defer close(w.done)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var busy, memory float64
		if n, _ := fmt.Sscanf(lines.Text(), "%f, %f", &busy, &memory); n == 2 {
			w.samples, w.busy, w.memory = w.samples+1, w.busy+busy, max(w.memory, memory)
		}
	}
}

// stop gives the mean busy share in percent and the most memory in use in MB;
// seen is false where nothing was sampled.
func (w *gpuWatch) stop() (busy, memory float64, seen bool) {
	if w.cmd == nil {
		return 0, 0, false
	}
	_ = w.cmd.Process.Kill()
	<-w.done
	_ = w.cmd.Wait() // it was killed
	if w.samples == 0 {
		return 0, 0, false
	}
	return w.busy / float64(w.samples), w.memory, true
}

// TestGPUWatch samples a stand-in for nvidia-smi.
func TestGPUWatch(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho '40, 1000'\necho '[N/A], [N/A]'\necho '60, 1500'\nexec sleep 60\n"
	if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	w := watchGPU(t)
	time.Sleep(300 * time.Millisecond)
	if busy, memory, seen := w.stop(); !seen || busy != 50 || memory != 1500 {
		t.Errorf("busy %v %%, memory %v MB, sampled %v", busy, memory, seen)
	}
	t.Setenv("PATH", dir+"/nosuch")
	if _, _, seen := watchGPU(t).stop(); seen {
		t.Error("sampled without nvidia-smi")
	}
}
