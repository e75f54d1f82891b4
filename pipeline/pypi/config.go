package pypi

import (
	"bufio"
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// publicIndex is where pip looks unless it is told otherwise.
const publicIndex = "https://pypi.org/simple/"

// indexURL is the index that pip would ask: that of PIP_INDEX_URL, else of its
// configuration files, else the public one.
func indexURL() (string, error) {
	if index := os.Getenv("PIP_INDEX_URL"); index != "" {
		return index, nil
	}
	for _, file := range configFiles() {
		index, err := configured(file)
		if index != "" || err != nil {
			return index, err
		}
	}
	return publicIndex, nil
}

// configFiles are pip's, those that win first.
func configFiles() []string {
	var out []string
	if file := os.Getenv("PIP_CONFIG_FILE"); file != "" {
		out = append(out, file)
	}
	if env := os.Getenv("VIRTUAL_ENV"); env != "" {
		out = append(out, filepath.Join(env, "pip.conf"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		out = append(out,
			filepath.Join(cmp.Or(os.Getenv("XDG_CONFIG_HOME"), filepath.Join(home, ".config")), "pip", "pip.conf"),
			filepath.Join(home, "Library", "Application Support", "pip", "pip.conf"),
			filepath.Join(home, ".pip", "pip.conf"))
	}
	return append(out, "/etc/xdg/pip/pip.conf", "/etc/pip.conf")
}

// configured is the index-url in the section [global] of a configuration file; empty
// where there is none.
func configured(file string) (string, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	section, index := "", ""
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			section = line
		} else if key, value, found := strings.Cut(line, "="); found && section == "[global]" && isIndexURL(key) {
			index = strings.TrimSpace(value)
		}
	}
	return index, lines.Err()
}

// isIndexURL knows the key in both spellings.
func isIndexURL(key string) bool {
	return strings.ReplaceAll(strings.TrimSpace(strings.ToLower(key)), "_", "-") == "index-url"
}
