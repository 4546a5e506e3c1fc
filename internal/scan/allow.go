package scan

import (
	"bufio"
	"encoding/hex"
	"io"
	"strconv"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Allow is a list of findings that somebody looked at and allowed, by their fingerprints.
type Allow struct{ entries map[string]bool }

func (a *Allow) has(fingerprint string) bool { return a != nil && a.entries[fingerprint] }

// ReadAllow reads a list: one fingerprint a line, what follows a # is a comment, empty lines are passed over. Errors,
// class Input: allow_invalid with the line, which is not repeated, and input_read.
func ReadAllow(r io.Reader) (*Allow, error) {
	a := &Allow{entries: map[string]bool{}}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		entry, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), "#")
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		if b, err := hex.DecodeString(entry); err != nil || len(b) != fingerprintSize || hex.EncodeToString(b) != entry {
			return nil, fault.New(fault.Input, "allow_invalid", i18n.Tf("izin dosyasının %s. satırında bir parmak izi yok", "line %s of the allow file holds no fingerprint", strconv.Itoa(n))).
				WithHint(i18n.T("parmak izleri için: iskurctl tc scan YOL --fields fingerprint,path,line", "for the fingerprints: iskurctl tc scan PATH --fields fingerprint,path,line"))
		}
		a.entries[entry] = true
	}
	if err := lines.Err(); err != nil {
		return nil, fault.New(fault.Input, "input_read", i18n.Tf("izin dosyası okunamadı: %s", "the allow file cannot be read: %s", fault.Cause(err))).Because(err)
	}
	return a, nil
}
