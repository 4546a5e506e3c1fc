package foreign

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/transparency-dev/tessera/api/layout"
)

// receipt is a person's, as it stands in its folder.
type receipt struct {
	dir, id string
}

func (r receipt) read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (r receipt) token(t testing.TB) string { return string(r.read(t, r.id+".sdjwt")) }
func (r receipt) proof(t testing.TB) string { return string(r.read(t, r.id+".tlog-proof")) }
func (r receipt) vkey(t testing.TB) string {
	return strings.TrimSuffix(string(r.read(t, "vkey")), "\n")
}

// leaf gives the entry that the SD-JWT carries.
func (r receipt) leaf(t testing.TB) []byte {
	t.Helper()
	jwt, _, _ := strings.Cut(r.token(t), "~")
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		t.Fatalf("no JWT: %q", jwt)
	}
	leaf, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

// values gives the personal values that come with it, by name.
func (r receipt) values(t *testing.T) map[string]any {
	t.Helper()
	values := map[string]any{}
	parts := strings.Split(r.token(t), "~")
	for _, d := range parts[1 : len(parts)-1] {
		name, value := opened(t, d)
		values[name] = value
	}
	return values
}

// acts is a log of consents on its way: exported and with receipts made while everything was there, and again after one
// person was erased in part and another one altogether.
type acts struct {
	whole, erased export
	given, partly receipt // of the one who is erased altogether, before that; of the other one, in between
	later         receipt // of the other one, at the end
	certificates  string
}

// people is how many synthetic events are imported: some tiles full.
const people = "900"

var consentHistory = sync.OnceValues(func() (a acts, err error) {
	t := &failing{}
	t.run(func() {
		i := installation{filepath.Join(programs, "consent")}
		if err := os.Mkdir(i.dir, 0o700); err != nil {
			t.Fatal(err)
		}
		i.iskurctl(t, "config", "init", "--profile", "test", "--myk-url", "https://myk.ornek.invalid", "--store", filepath.Join(i.dir, "store", "iskurctl.db"))
		for line := range strings.Lines(i.iskurctl(t, "sandbox", "texts", "--out", filepath.Join(i.dir, "texts"))) {
			if words := strings.Fields(strings.Replace(line, " --profile sandbox", "", 1)); len(words) > 1 { // here they are for this log
				i.iskurctl(t, words[1:]...)
			}
		}
		events := filepath.Join(i.dir, "events.ndjson")
		i.iskurctl(t, "sandbox", "events", "--count", people, "--out", events)
		i.iskurctl(t, "consent", "import", "--input", events)
		one, other := consenting(t, events)
		a.whole = i.consentExport(t, "whole")
		a.given = i.receipt(t, one.ID, "given")
		i.iskurctl(t, "consent", "erase", "--tc-file", i.file(t, other.Subject.TC), "--ground", "request", "--fields", "given_name,surname", "--yes")
		a.partly = i.receipt(t, other.ID, "partly")
		a.certificates = filepath.Join(i.dir, "certificates")
		i.iskurctl(t, "consent", "erase", "--tc-file", i.file(t, one.Subject.TC), "--ground", "request", "--yes", "--certificate", a.certificates)
		a.erased = i.consentExport(t, "erased")
		a.later = i.receipt(t, other.ID, "later")
	})
	return a, t.err
})

func consentActs(t testing.TB) acts {
	t.Helper()
	a, err := consentHistory()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// event is an event of the input.
type event struct {
	ID, Act, Event string
	Subject        struct {
		TC        string
		GivenName string `json:"given_name"`
		Surname   string
	}
}

// consenting finds the consents of two people who gave their names.
func consenting(t testing.TB, events string) (one, other event) {
	t.Helper()
	b, err := os.ReadFile(events)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		switch {
		case e.Event != "given" || e.ID == "" || e.Subject.GivenName == "" || e.Subject.Surname == "":
		case one.ID == "":
			one = e
		case e.Subject.TC != one.Subject.TC:
			return one, e
		}
	}
	t.Fatal("the events are not such that two people with names consent")
	return one, other
}

// file makes a file with one line.
func (i installation) file(t testing.TB, line string) string {
	t.Helper()
	f, err := os.CreateTemp(i.dir, "number-")
	if err == nil {
		_, err = f.WriteString(line + "\n")
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

func (i installation) consentExport(t testing.TB, name string) export {
	t.Helper()
	bag := filepath.Join(i.dir, name)
	i.iskurctl(t, "consent", "export", "--out", bag)
	var h head
	if err := json.Unmarshal([]byte(i.iskurctl(t, "consent", "checkpoint", "-o", "json")), &h); err != nil {
		t.Fatal(err)
	}
	return export{i, h, bag, filepath.Join(bag, "data")}
}

func (i installation) receipt(t testing.TB, id, name string) receipt {
	t.Helper()
	r := receipt{filepath.Join(i.dir, "receipt-"+name), id}
	i.iskurctl(t, "consent", "receipt", id, "--out", r.dir)
	return r
}

// The log is whole for others before and after somebody was erased.
func TestTesseraFindsTheConsentExportsInOrder(t *testing.T) {
	a := consentActs(t)
	for _, x := range []export{a.whole, a.erased} {
		t.Run(filepath.Base(x.bag), func(t *testing.T) { agrees(t, x, patience) })
	}
	if a.erased.Size <= a.whole.Size {
		t.Error("nothing was erased")
	}
}

func TestTesseraNamesWhatWasTamperedWithInAConsentExport(t *testing.T) {
	x := consentActs(t).erased
	edge := uint8(x.Size % 256)
	for name, file := range map[string]string{
		"an entry": layout.EntriesPath(1, 0), "the last erasure": layout.EntriesPath(uint64(x.Size/256), edge), "a tile": layout.TilePath(0, 0, 0), "the checkpoint": layout.CheckpointPath,
	} {
		t.Run(name, func(t *testing.T) {
			dir := x.altered(t, filepath.Join("data", file), flipped(-12))
			if _, err := Fsck(t.Context(), filepath.Join(dir, "data"), x.Vkey, time.Minute); err == nil {
				t.Error("fsck noticed nothing")
			}
		})
	}
}
