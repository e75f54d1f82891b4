package disktest

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// Kinds are the things that Make can put at a path.
var Kinds = []string{"file", "empty file", "folder", "full folder", "link to file", "link to folder", "dangling link", "pipe", "socket", "device"}

// Make puts something of that kind at path, with the folders above it; links
// lead to what lies in outside. A device becomes a pipe where only root may
// make one. It is false when something is there already.
func Make(kind, path, outside string) bool {
	if os.MkdirAll(filepath.Dir(path), 0o755) != nil {
		return false
	}
	if _, err := os.Lstat(path); err == nil {
		return false
	}
	return makers[kind](path, outside) == nil
}

var makers = map[string]func(path, outside string) error{
	"file":       func(path, _ string) error { return os.WriteFile(path, []byte("somebody's "+path), 0o600) },
	"empty file": func(path, _ string) error { return os.WriteFile(path, nil, 0o600) },
	"folder":     func(path, _ string) error { return os.Mkdir(path, 0o700) },
	"full folder": func(path, _ string) error {
		if err := os.Mkdir(path, 0o700); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(path, "file"), []byte("somebody's"), 0o600)
	},
	"link to file":   func(path, outside string) error { return os.Symlink(filepath.Join(outside, "file"), path) },
	"link to folder": func(path, outside string) error { return os.Symlink(outside, path) },
	"dangling link":  func(path, outside string) error { return os.Symlink(filepath.Join(outside, "nowhere"), path) },
	"pipe":           func(path, _ string) error { return syscall.Mkfifo(path, 0o600) },
	"socket":         func(path, _ string) error { return socket(path) },
	"device": func(path, _ string) error { // the numbers of /dev/null
		if err := syscall.Mknod(path, syscall.S_IFCHR|0o600, 1<<8|3); err != nil {
			return syscall.Mkfifo(path, 0o600)
		}
		return nil
	},
}

func socket(path string) error {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	return l.Close()
}

// Describe lists everything at and below path: kinds, permissions, links,
// contents and times of change. Links are not followed.
func Describe(path string) map[string]string {
	got := map[string]string{}
	filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			got[name] = err.Error()
			return nil
		}
		info, err := e.Info()
		if err != nil {
			got[name] = err.Error()
			return nil
		}
		text := fmt.Sprint(info.Mode())
		switch {
		case info.Mode().IsRegular():
			data, err := os.ReadFile(name)
			text += fmt.Sprintf(" %v %q %v", info.ModTime().UnixNano(), data, err)
		case info.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(name)
			text += fmt.Sprintf(" %s %v", to, err)
		}
		got[name] = text
		return nil
	})
	return got
}
