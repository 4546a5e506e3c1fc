package audit_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/ledger"
)

// ways are what is done to a file of a bundle, with what the check of the files says of it, and whether the sums in
// bag-info.txt (of the payload only) no longer fit, which is V19; and as what the content then counts, whatever the
// manifests say.
var ways = []struct {
	name  string
	do    func(f *folder, name string)
	files string
	sums  bool
	as    string
}{
	{"altered", (*folder).alter, "V16", false, "altered"},
	{"cut", func(f *folder, n string) { f.edit(n, func(b []byte) []byte { return b[:len(b)-1] }) }, "V16", true, "cut"},
	{"halved", func(f *folder, n string) { f.edit(n, func(b []byte) []byte { return b[:len(b)/2] }) }, "V16", true, "halved"},
	{"emptied", func(f *folder, n string) { f.edit(n, func([]byte) []byte { return nil }) }, "V16", true, "emptied"},
	{"lengthened", func(f *folder, n string) { f.edit(n, func(b []byte) []byte { return append(b, 'x') }) }, "V16", true, "lengthened"},
	{"deleted", (*folder).remove, "V17", true, "deleted"},
	{"renamed", func(f *folder, n string) { f.write(n+"x", f.read(n)); f.remove(n) }, "V17,V18", false, "deleted"},
	{"doubled", func(f *folder, n string) { f.write(n+"x", f.read(n)) }, "V18", true, ""},
	{"replaced by a folder", func(f *folder, n string) { f.remove(n); must(f.t, os.Mkdir(f.path(n), 0o700)) }, "V19", true, "deleted"},
	{"replaced by a link", func(f *folder, n string) {
		must(f.t, os.Rename(f.path(n), f.path(n)+".x"))
		must(f.t, os.Symlink(filepath.Base(n)+".x", f.path(n)))
	}, "V18,V19", false, "deleted"},
}

// alter changes a byte of a file where that has a meaning: of an entry, a disclosure, a digest.
func (f *folder) alter(name string) {
	once := func(old, next string) func([]byte) []byte {
		return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(next), 1) }
	}
	switch {
	case strings.HasPrefix(name, "data/tile/entries"):
		f.edit(name, once(`"pc-1"`, `"pc-7"`))
	case strings.HasSuffix(name, "disclosures.ndjson"):
		f.edit(name, func(b []byte) []byte {
			at := bytes.IndexByte(b, '\n') + 40 // the first is a look's
			b[at] = map[bool]byte{true: 'B', false: 'A'}[b[at] == 'A']
			return b
		})
	case strings.HasSuffix(name, "manifest-sha256.txt"):
		f.edit(name, func(b []byte) []byte {
			b[5] = map[bool]byte{true: '1', false: '0'}[b[5] == '0']
			return b
		})
	case strings.HasSuffix(name, "records.csv"):
		f.edit(name, once("pc-1", "pc-7"))
	case name == "data/checkpoint":
		f.edit(name, otherRoot)
	case name == "bag-info.txt":
		f.edit(name, once("Bagging-Date: 2", "Bagging-Date: 1"))
	default:
		f.edit(name, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
	}
}

// contents says what is found when the manifests were written anew: for each file, by what was done to it. What is not
// named finds nothing: OKUBENI.txt is for people, and the last line end of records.csv has no meaning.
var contents = map[string]map[string]string{
	"bag-info.txt": {"cut": "default:V19", "halved": "default:V19*4,V55 deep:V19*5,V55", "emptied": "default:V19*4,V55 deep:V19*5,V55", "lengthened": "default:V19,V19", "deleted": "default:V19*4,V55 deep:V19*5,V55"},
	"bagit.txt": {"altered": "default:V19", "cut": "default:V19", "halved": "default:V19", "emptied": "default:V19", "lengthened": "default:V19",
		"deleted": "quick:!bundle_not_a_bag/11"},
	"data/OKUBENI.txt": {}, // may be absent
	"data/checkpoint": {"altered": "quick:V03", "cut": "quick:V02", "halved": "quick:V02", "emptied": "quick:V01", "lengthened": "quick:V02",
		"deleted": "quick:V01 default:V01,V17"},
	// records.csv repeats what is disclosed, so it no longer fits.
	"data/disclosures.ndjson": {"altered": "deep:V34,V55", "cut": "deep:V19,V35,V55", "halved": "deep:V19,V35*180,V55", "emptied": "deep:V35*360,V55",
		"lengthened": "deep:V19", "deleted": "deep:V55"},
	"data/records.csv": {"altered": "deep:V55", "halved": "deep:V55", "emptied": "deep:V55", "lengthened": "deep:V55", "deleted": "deep:V17"},
	"data/vkey": {"altered": "default:V19", "cut": "default:V19", "halved": "default:V19", "emptied": "default:V19", "lengthened": "default:V19",
		"deleted": "default:V17"},
	"data/tile/0/000":       {"altered": "default:V21", "cut": "default:V22", "halved": "default:V23", "emptied": "default:V20", "lengthened": "default:V22", "deleted": "default:V20"},
	"data/tile/0/001":       {"altered": "quick:V21", "cut": "quick:V22", "halved": "quick:V23", "emptied": "quick:V20", "lengthened": "quick:V22", "deleted": "quick:V20"},
	"data/tile/0/002.p/188": {"altered": "quick:V24 default:V21", "cut": "quick:V22", "halved": "quick:V23", "emptied": "quick:V20", "lengthened": "quick:V22", "deleted": "quick:V20"},
	"data/tile/1/000.p/2":   {"altered": "quick:V24 default:V21", "cut": "quick:V22", "halved": "quick:V23", "emptied": "quick:V20", "lengthened": "quick:V22", "deleted": "quick:V20"},
	// An entry that is cut short is missing, and its remains are no entry. Where queries and outcomes lie on both sides
	// of the gap, records.csv knows more than the entries that are left: one or two runs of its lines.
	"data/tile/entries/000": {"altered": "default:V10 deep:V10,V55", "cut": "default:V11,V14", "halved": "default:V11,V14 deep:V11,V14,V55", "emptied": "default:V11",
		"lengthened": "default:V12", "deleted": "default:V11"},
	"data/tile/entries/001": {"altered": "default:V10 deep:V10,V55", "cut": "default:V11,V14 deep:V11,V14,V55", "halved": "default:V11,V14 deep:V11,V14,V55",
		"emptied": "quick:V11 deep:V11,V55,V55", "lengthened": "default:V12", "deleted": "quick:V11 deep:V11,V55,V55"},
	"data/tile/entries/002.p/188": {"altered": "default:V10 deep:V10,V55", "cut": "default:V11,V14 deep:V11,V14,V55", "halved": "default:V11,V14 deep:V11,V14,V55",
		"emptied": "default:V11 deep:V11,V55", "lengthened": "default:V12", "deleted": "default:V11 deep:V11,V55"},
	// The manifests are what is written anew; their own damage is told by each other and by what they no longer list.
	"manifest-sha256.txt":    {},
	"tagmanifest-sha256.txt": {},
}

// manifests says what is found of them as they are.
var manifests = map[string]map[string]string{
	"manifest-sha256.txt": {"altered": "V16,V16", "cut": "V16,V18,V19", "halved": "V16,V18*6,V19", "emptied": "V16,V18*12", "lengthened": "V16,V19",
		"deleted": "V17", "renamed": "V17,V18", "doubled": "V18", "replaced by a folder": "V17,V19", "replaced by a link": "V17,V18,V19"},
	"tagmanifest-sha256.txt": {"altered": "V16", "cut": "V19,V19", "halved": "V19,V19,V19", "emptied": "V19,V19,V19", "lengthened": "V19",
		"deleted": "V17", "renamed": "V17,V18", "doubled": "V18", "replaced by a folder": "V17", "replaced by a link": "V17,V18,V19"},
}

// sum joins lists of codes; that a file is missing is said once, whoever asks for it.
func sum(lists ...string) string {
	var codes []string
	for _, list := range lists {
		for code := range strings.SplitSeq(list, ",") {
			if code != "" && (code != "V17" || !slices.Contains(codes, code)) {
				codes = append(codes, code)
			}
		}
	}
	return ordered(strings.Join(codes, ","))
}

// ordered sorts codes and writes more than five equal ones as one with their number.
func ordered(text string) string {
	count := map[string]int{}
	var codes []string
	for code := range strings.SplitSeq(text, ",") {
		name, times, many := strings.Cut(code, "*")
		n := 1
		if many {
			fmt.Sscan(times, &n)
		}
		if count[name] += n; count[name] == n {
			codes = append(codes, name)
		}
	}
	slices.Sort(codes)
	var out []string
	for _, code := range codes {
		if count[code] > 3 {
			out = append(out, fmt.Sprintf("%s*%d", code, count[code]))
			continue
		}
		for range count[code] {
			out = append(out, code)
		}
	}
	return strings.Join(out, ",")
}

// filesOf plants every way in every file, with the manifests as they were and written anew.
func filesOf(t *testing.T, w *world, base *folder, tally *tally) {
	for _, name := range base.files() {
		content, known := contents[name]
		if !known {
			t.Errorf("%s: a file of a bundle that no mutation is known for", name)
			continue
		}
		for _, way := range ways {
			t.Run(name+" "+way.name, func(t *testing.T) {
				t.Parallel()
				for _, mended := range []bool{false, true} {
					f := base.copy(t)
					way.do(f, name)
					want := expectation(t, content[way.as])
					if name == "bagit.txt" && strings.Contains(way.name, "by a ") {
						want = expectation(t, "default:V19") // something bears the name, so it passes for a bag
					}
					if name == "data/vkey" && strings.Contains(way.name, "by a ") {
						want = nil // what it is now is a finding already
					}
					files := way.files
					switch own, ok := manifests[name]; {
					case mended && (name == "bag-info.txt" && way.as == "deleted" || strings.Contains(way.name, "by a ")):
						continue // nobody can write manifests that fit
					case mended:
						f.mend()
						files = map[string]string{"renamed": "V18", "doubled": "V18"}[way.name]
						if ok && way.name != "renamed" && way.name != "doubled" {
							files = ""
						}
					case ok:
						files = own[way.name]
					case way.sums && strings.HasPrefix(name, "data/"):
						files += ",V19"
					}
					runs := 0
					for _, trust := range []*ledger.Trust{w.latest, w.earlier} {
						for _, level := range levelsNow() {
							if (trust == w.earlier || mended) && level != ledger.Deep && level != ledger.Quick || trust == w.earlier && level == ledger.Quick {
								continue
							}
							want := want[level]
							if level != ledger.Quick && !strings.HasPrefix(want, "!") {
								want = sum(want, files)
							}
							runs++
							r, err := f.verify(level, trust)
							if got := ordered(result(r, err)); got != want {
								t.Errorf("mended %v, seen %d, %s: found %s, want %s%s", mended, trust.Size, level, got, want, told(r, err))
							}
						}
					}
					deepest := want[ledger.Deep]
					if !strings.HasPrefix(deepest, "!") {
						deepest = sum(deepest, files)
					}
					tally.add(deepest, "", !t.Failed(), runs)
				}
			})
		}
	}
}
