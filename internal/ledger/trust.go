package ledger

import (
	"bytes"
	"strconv"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// maxTrust is the size of a trust file at most, in bytes: three lines and what somebody notes beside them.
const maxTrust = 4 << 10

// Trust is a verifier's own state, kept outside the store: whose signature it believes and what it has seen.
type Trust struct {
	Vkey  string // C2SP verifier key
	Size  int64
	Root  Hash
	Scrub int64 // the next old entry to read again
}

// Bytes gives the trust file: a line each for key, size and root, and one for scrub when it is not 0.
func (t Trust) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString("log " + t.Vkey + "\nsize " + strconv.FormatInt(t.Size, 10) + "\nroot " + t.Root.String() + "\n")
	if t.Scrub != 0 {
		b.WriteString("scrub " + strconv.FormatInt(t.Scrub, 10) + "\n")
	}
	return b.Bytes()
}

// Renewed is Bytes below the lines of the old file that begin with #, in their order, so that what a person noted there stays.
// Where all of it would be more than ParseTrust reads, the last of those lines go.
func (t Trust) Renewed(old []byte) []byte {
	state := t.Bytes()
	var b []byte
	for line := range strings.SplitSeq(string(old), "\n") {
		if !strings.HasPrefix(line, "#") {
			continue
		}
		if len(b)+len(line)+1+len(state) > maxTrust {
			break
		}
		b = append(append(b, line...), '\n')
	}
	return append(b, state...)
}

// ParseTrust reads a trust file: `log <vkey>`, `size N`, `root <base64>` and, if there, `scrub N`, in this order; empty
// lines and lines that begin with # are passed over. Everything else is an error of class Unverifiable,
// trust_malformed, with the number of the line: a verdict must not rest on a file that was half understood.
func ParseTrust(b []byte) (Trust, error) {
	var t Trust
	if len(b) > maxTrust {
		return t, trustError(i18n.Tf("güven dosyası %d bayttan büyük", "the trust file is larger than %d bytes", maxTrust))
	}
	fields := []struct {
		name string
		read func(value string) bool
	}{
		{"log", func(s string) bool { t.Vkey = s; _, err := newVerifier(s); return err == nil }},
		{"size", func(s string) (ok bool) { t.Size, ok = parseDecimal(s); return ok }},
		{"root", func(s string) (ok bool) { t.Root, ok = parseRoot(s); return ok }},
		{"scrub", func(s string) (ok bool) { t.Scrub, ok = parseDecimal(s); return ok }},
	}
	next, number := 0, 0
	for line := range strings.SplitSeq(string(b), "\n") {
		number++
		if line == "" || line[0] == '#' {
			continue
		}
		if next == len(fields) {
			return Trust{}, trustError(i18n.Tf("güven dosyasının %d. satırı fazla", "line %d of the trust file is one too many", number))
		}
		f := fields[next]
		value, ok := strings.CutPrefix(line, f.name+" ")
		if !ok || !f.read(value) {
			return Trust{}, trustError(i18n.Tf("güven dosyasının %d. satırı geçerli bir “%s” satırı değil",
				"line %d of the trust file is not a valid “%s” line", number, f.name))
		}
		next++
	}
	if next < 3 { // scrub may be absent
		return Trust{}, trustError(i18n.Tf("güven dosyasında “%s” satırı yok", "the trust file has no “%s” line", fields[next].name))
	}
	return t, nil
}

func trustError(text i18n.Text) error {
	return fault.New(fault.Unverifiable, "trust_malformed", text).WithHint(i18n.T(
		"dosyayı elle düzeltmeyin; kaydın sahibinden yenisini isteyin: onay günlüğünde iskurctl consent checkpoint --out DOSYA, sorgu günlüğünde iskurctl audit checkpoint --out DOSYA",
		"do not mend the file by hand; ask the owner of the log for a new one: iskurctl consent checkpoint --out FILE for the log of consent, iskurctl audit checkpoint --out FILE for that of queries"))
}
