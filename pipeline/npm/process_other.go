//go:build !linux

package npm

import "syscall"

// attributes: only Linux can end a process with the one that started it.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
