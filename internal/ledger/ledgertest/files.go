package ledgertest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"iskurctl/internal/ledger"
)

// Contents says what is found in a bundle: for each file, by what was done to it, when the manifests were written anew; what
// is not named finds nothing. A name that ends with * is that of all files that begin so. Manifests says what is found of the
// manifests as they are: then by the name of the way.
type Contents struct {
	Files     map[string]map[string]string
	Manifests map[string]map[string]string
	Alter     map[string]func([]byte) []byte // changes a byte of a file where that has a meaning, by the beginning of its name
}

// of gives what is expected of a file.
func (c *Contents) of(name string) (map[string]string, bool) {
	if content, ok := c.Files[name]; ok {
		return content, true
	}
	for pattern, content := range c.Files {
		if begin, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasPrefix(name, begin) {
			return content, true
		}
	}
	return nil, false
}

// alter changes a byte of a file.
func (c *Contents) alter(f *Folder, name string) {
	once := func(old, next string) func([]byte) []byte {
		return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(next), 1) }
	}
	for begin, change := range c.Alter {
		if strings.HasPrefix(name, begin) {
			f.Edit(name, change)
			return
		}
	}
	switch {
	case strings.HasPrefix(name, "data/tile/entries"):
		f.Edit(name, f.Changed)
	case strings.HasSuffix(name, "manifest-sha256.txt"):
		f.Edit(name, func(b []byte) []byte {
			b[5] = map[bool]byte{true: '1', false: '0'}[b[5] == '0']
			return b
		})
	case name == "data/checkpoint":
		f.Edit(name, OtherRoot)
	case name == "bag-info.txt":
		f.Edit(name, once("Bagging-Date: 2", "Bagging-Date: 1"))
	default:
		f.Edit(name, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
	}
}

// OtherDisclosure changes a letter of the disclosures of the second line.
func OtherDisclosure(b []byte) []byte {
	at := bytes.IndexByte(b, '\n') + 40
	b[at] = map[bool]byte{true: 'B', false: 'A'}[b[at] == 'A']
	return b
}

// way is what is done to a file of a bundle, with what the check of the files says of it, and whether the sums in
// bag-info.txt (of the payload only) no longer fit, which is V19; and as what the content then counts, whatever the
// manifests say.
type way struct {
	name  string
	do    func(c *Contents, f *Folder, name string)
	files string
	sums  bool
	as    string
}

func ways() []way {
	edit := func(change func([]byte) []byte) func(*Contents, *Folder, string) {
		return func(_ *Contents, f *Folder, n string) { f.Edit(n, change) }
	}
	return []way{
		{"altered", (*Contents).alter, "V16", false, "altered"},
		{"cut", edit(func(b []byte) []byte { return b[:len(b)-1] }), "V16", true, "cut"},
		{"halved", edit(func(b []byte) []byte { return b[:len(b)/2] }), "V16", true, "halved"},
		{"emptied", edit(func([]byte) []byte { return nil }), "V16", true, "emptied"},
		{"lengthened", edit(func(b []byte) []byte { return append(b, 'x') }), "V16", true, "lengthened"},
		{"deleted", func(_ *Contents, f *Folder, n string) { f.Remove(n) }, "V17", true, "deleted"},
		{"renamed", func(_ *Contents, f *Folder, n string) { f.Write(n+"x", f.Read(n)); f.Remove(n) }, "V17,V18", false, "deleted"},
		{"doubled", func(_ *Contents, f *Folder, n string) { f.Write(n+"x", f.Read(n)) }, "V18", true, ""},
		{"replaced by a folder", func(_ *Contents, f *Folder, n string) { f.Remove(n); Must(f.T, os.Mkdir(f.Path(n), 0o700)) }, "V19", true, "deleted"},
		{"replaced by a link", func(_ *Contents, f *Folder, n string) {
			Must(f.T, os.Rename(f.Path(n), f.Path(n)+".x"))
			Must(f.T, os.Symlink(filepath.Base(n)+".x", f.Path(n)))
		}, "V18,V19", false, "deleted"},
	}
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
			n, _ = strconv.Atoi(times)
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

// FilesOf plants every way in every file, with the manifests as they were and written anew.
func FilesOf(t *testing.T, w *World, base *Folder, count *Tally, expected *Contents) {
	for _, name := range base.Files() {
		content, known := expected.of(name)
		if !known {
			t.Errorf("%s: a file of a bundle that no mutation is known for", name)
			continue
		}
		for _, way := range ways() {
			t.Run(name+" "+way.name, func(t *testing.T) {
				t.Parallel()
				for _, mended := range []bool{false, true} {
					f := base.Copy(t)
					way.do(expected, f, name)
					want := Expectation(t, content[way.as])
					if name == "bagit.txt" && strings.Contains(way.name, "by a ") {
						want = Expectation(t, "default:V19") // something bears the name, so it passes for a bag
					}
					if name == "data/vkey" && strings.Contains(way.name, "by a ") {
						want = nil // what it is now is a finding already
					}
					files := way.files
					switch own, ok := expected.Manifests[name]; {
					case mended && (name == "bag-info.txt" && way.as == "deleted" || strings.Contains(way.name, "by a ")):
						continue // nobody can write manifests that fit
					case mended:
						f.Mend()
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
					for _, trust := range []*ledger.Trust{w.Latest, w.Earlier} {
						for _, level := range LevelsNow() {
							if (trust == w.Earlier || mended) && level != ledger.Deep && level != ledger.Quick || trust == w.Earlier && level == ledger.Quick {
								continue
							}
							want := want[level]
							if level != ledger.Quick && !strings.HasPrefix(want, "!") {
								want = sum(want, files)
							}
							runs++
							r, err := f.Verify(level, trust)
							if got := ordered(Result(r, err)); got != want {
								t.Errorf("mended %v, seen %d, %s: found %s, want %s%s", mended, trust.Size, level, got, want, Told(r, err))
							}
						}
					}
					deepest := want[ledger.Deep]
					if !strings.HasPrefix(deepest, "!") {
						deepest = sum(deepest, files)
					}
					count.Add(deepest, "", !t.Failed(), runs)
				}
			})
		}
	}
}
