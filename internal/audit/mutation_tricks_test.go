package audit_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/audit"
	"iskurctl/internal/ledger"
)

// trick is an alteration of a bundle by somebody who writes the manifests anew.
type trick struct {
	name    string
	do      func(w *world, f *folder)
	seen    string // against a trust file of the whole log; same means as seen
	earlier string // of the first 300 entries
}

// put writes a bundle in the place of f that was made of the store p.
func (f *folder) put(p *place) {
	f.t.Helper()
	must(f.t, p.open())
	must(f.t, os.RemoveAll(f.dir))
	_, err := p.log.Export(f.t.Context(), f.dir, audit.ExportOptions{PersonalData: true, Product: "iskurctl"})
	must(f.t, err)
}

// of exports a store that do has altered.
func of(do func(*world, *place)) func(*world, *folder) {
	return func(w *world, f *folder) {
		p := w.copy(f.t)
		do(w, p)
		p.shut()
		f.put(p)
	}
}

// lineOf changes the line of a file that begins with prefix; an empty result takes it away.
func lineOf(name, prefix string, change func(string) string) func(*world, *folder) {
	return func(w *world, f *folder) {
		f.edit(name, func(b []byte) []byte {
			lines := strings.SplitAfter(string(b), "\n")
			at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, w.names.Replace(prefix)) })
			if at < 0 {
				f.t.Fatalf("%s: no line %q", name, w.names.Replace(prefix))
			}
			lines[at] = change(lines[at])
			return []byte(strings.Join(lines, ""))
		})
	}
}

func gone(string) string { return "" }

// also does one after the other.
func also(list ...func(*world, *folder)) func(*world, *folder) {
	return func(w *world, f *folder) {
		for _, do := range list {
			do(w, f)
		}
	}
}

// tileHash puts another hash for the entry that alter alters in the second tile, up to the tile above.
func tileHash(f *folder) {
	b := f.read("data/tile/entries/001")
	tile := f.read("data/tile/0/001")
	var level [][]byte
	for i := range 256 {
		n := int(binary.BigEndian.Uint16(b))
		h := leafHash(b[2 : 2+n])
		copy(tile[32*i:], h[:])
		level, b = append(level, h[:]), b[2+n:]
	}
	f.write("data/tile/0/001", tile)
	for len(level) > 1 {
		var next [][]byte
		for i := 0; i < len(level); i += 2 {
			h := nodeHash(level[i], level[i+1])
			next = append(next, h[:])
		}
		level = next
	}
	f.edit("data/tile/1/000.p/2", func(b []byte) []byte { return append(b[:32:32], level[0]...) })
}

// listed adds a line to the manifest after the others were written anew.
func listed(line string) func(*world, *folder) {
	return func(w *world, f *folder) {
		f.mend()
		f.final = true
		f.edit("manifest-sha256.txt", func(b []byte) []byte { return append(b, line+"\n"...) })
		sum := hex.EncodeToString(sha(f.read("manifest-sha256.txt")))
		lineOf("tagmanifest-sha256.txt", hex.EncodeToString(sha(bytes.TrimSuffix(f.read("manifest-sha256.txt"), []byte(line+"\n")))),
			func(l string) string { return sum + l[64:] })(w, f)
	}
}

func tricks() []trick {
	const zero = "0000000000000000000000000000000000000000000000000000000000000000  "
	record, words := `data/records.csv`, `data/disclosures.ndjson`
	foreign := func(w *world, f *folder) {
		p := w.copy(f.t)
		rewritten("{o1}", true, true)(w, p)
		p.shut()
		f.put(p)
	}
	return []trick{
		{"records: a line altered", lineOf(record, "{q1},", func(l string) string { return strings.Replace(l, "pc-1", "pc-7", 1) }), "deep:V55", same},
		{"records: a user altered", lineOf(record, "{q1},", func(l string) string { return strings.Replace(l, "memur", "memuR", 1) }), "deep:V55", same},
		{"records: a line taken away", lineOf(record, "{q1},", gone), "deep:V55", same},
		{"records: a line twice", lineOf(record, "{q1},", func(l string) string { return l + l }), "deep:V55", same},
		{"records: another header", lineOf(record, "seq,", func(l string) string { return strings.Replace(l, "user", "kim", 1) }), "deep:V55", same},
		{"records: a line of no entry", lineOf(record, "{q3},", func(l string) string { return l + "9999" + l[strings.IndexByte(l, ','):] }), "deep:V55", same},
		{"disclosures: a line taken away", lineOf(words, `{"seq":{q1},`, gone), "deep:V35,V55", same},
		{"disclosures: a line taken away, with its record", also(lineOf(words, `{"seq":{q1},`, gone), lineOf(record, "{q1},", func(l string) string {
			c := strings.SplitN(l, ",", 6)
			_, purpose, _ := strings.Cut(c[5], `}",`)
			_, tail, _ := strings.Cut(purpose, ",")
			return strings.Join([]string{c[0], c[1], "", c[3], c[4], "", "", tail}, ",")
		})), "deep:V35", same},
		{"disclosures: one of a line taken away", lineOf(words, `{"seq":{q1},`, func(l string) string { return l[:strings.LastIndex(l, `,"`)] + "]}\n" }), "deep:V35,V55", same},
		{"disclosures: a line of another entry", func(w *world, f *folder) {
			var other string
			lineOf(words, `{"seq":{q1b},`, func(l string) string { other = l[strings.Index(l, `,"sd"`):]; return l + " " })(w, f.copy(f.t))
			lineOf(words, `{"seq":{q1},`, func(l string) string { return l[:strings.Index(l, `,"sd"`)] + other })(w, f)
		}, "deep:V34,V55", same},
		{"disclosures: of an entry that has none", func(w *world, f *folder) {
			lineOf(words, `{"seq":{b1},`, func(l string) string { return w.names.Replace(`{"seq":{o1}`) + l[strings.IndexByte(l, ','):] })(w, f)
		}, "deep:V34,V35,V55", same},
		{"disclosures: a line twice", lineOf(words, `{"seq":{q1},`, func(l string) string { return l + l }), "deep:V19", same},
		{"disclosures: beyond the end", func(_ *world, f *folder) {
			f.edit(words, func(b []byte) []byte { return append(b, `{"seq":5000,"sd":["WyJhIl0"]}`+"\n"...) })
		}, "deep:V34", same},

		{"an entry with its hash", func(_ *world, f *folder) {
			f.alter("data/tile/entries/001")
			tileHash(f)
		}, "quick:V24 deep:V24,V55", same},
		{"two entries swapped", func(_ *world, f *folder) {
			f.edit("data/tile/entries/000", func(b []byte) []byte {
				n := 2 + int(binary.BigEndian.Uint16(b))
				m := n + 2 + int(binary.BigEndian.Uint16(b[n:]))
				return slices.Concat(b[n:m], b[:n], b[m:])
			})
		}, "default:V10,V10 deep:V10,V10,V55", same},
		{"two bundles of entries swapped", func(_ *world, f *folder) {
			a, b := f.read("data/tile/entries/000"), f.read("data/tile/entries/001")
			f.write("data/tile/entries/000", b)
			f.write("data/tile/entries/001", a)
		}, "quick:V10 default:V10*512 deep:V10*512,V55", same},
		{"the first tile of entries taken away with all that repeats it", func(w *world, f *folder) {
			f.remove("data/tile/entries/000")
			for _, name := range []string{record, words} {
				f.edit(name, func(b []byte) []byte {
					var kept []string
					for l := range strings.Lines(string(b)) {
						if n := number(l); n < 0 || n > 255 {
							kept = append(kept, l)
						}
					}
					return []byte(strings.Join(kept, ""))
				})
			}
		}, "default:V11", same},
		{"a tile of a size to come", func(_ *world, f *folder) { f.write("data/tile/0/003", f.read("data/tile/0/000")) }, "default:V23", same},
		{"a tile of another width", func(_ *world, f *folder) { f.write("data/tile/0/002.p/100", f.read("data/tile/0/002.p/188")[:3200]) }, "default:V23", same},
		{"a text that nobody refers to by its digest", func(_ *world, f *folder) { f.write("data/texts/x.txt", []byte("x")) }, "default:V18", same},

		{"signed anew by a stranger, whose key lies beside it", foreign, "quick:V04,V27", "quick:V04,V25"},
		{"signed anew by the owner", of(rewritten("{o1}", false, false)), "quick:V27", "quick:V25"},
		{"signed anew by the old key", of(func(w *world, p *place) {
			p.rebuild(origin, p.signer(w.earlier.Vkey))
			p.exec("UPDATE audit_log SET vkey = $1", w.earlier.Vkey)
		}), "quick:V04", "quick:V06"},
		// A bundle that is older than what was seen need not be a log that was set back: that cannot be told from it.
		{"cut off by the owner", of(truncated(650)), "quick:V09", ""},
		{"made of an older copy", of(replaced(func(w *world) *place { return w.recent })), "quick:V09", ""},
		{"of another log", func(w *world, f *folder) {
			p := create(f.t)
			for range 360 {
				must(f.t, p.started().Refuse(f.t.Context(), ask(1)))
				if h := p.seen(); h.Size > 4 {
					break
				}
			}
			must(f.t, p.close())
			f.put(p)
		}, "quick:V04,V09", same},
		{"the checkpoint of another log of this key", func(w *world, f *folder) {
			c, err := ledger.ReadCheckpoint(f.read("data/checkpoint"))
			must(f.t, err)
			text, err := ledger.SignCheckpoint("other/audit/1", c.Size, c.Root, w.own(w.copy(f.t)))
			must(f.t, err)
			f.write("data/checkpoint", text)
		}, "quick:V05 default:V05,V19", same},
		{"the key of a stranger beside it", func(w *world, f *folder) {
			_, vkey := stranger(f.t)
			f.write("data/vkey", []byte(vkey+"\n"))
		}, "default:V19", same},
		{"one more signature, of a stranger", func(w *world, f *folder) {
			signer, _ := stranger(f.t)
			n, err := note.Open(f.read("data/checkpoint"), note.VerifierList())
			var unverified *note.UnverifiedNoteError
			if as(err, &unverified) {
				n = unverified.Note
			}
			text, err := note.Sign(n, signer)
			must(f.t, err)
			f.write("data/checkpoint", text)
		}, "", same}, // anybody may add one; it says nothing

		{"the range: less", lineOf("bag-info.txt", "Ledger-Range: ", func(string) string { return "Ledger-Range: 300-700\n" }), "deep:V55", same},
		{"the range: beyond the end", lineOf("bag-info.txt", "Ledger-Range: ", func(string) string { return "Ledger-Range: 0-7000\n" }), "default:V19", same},
		{"disposed of, as bag-info.txt says", lineOf("bag-info.txt", "Ledger-Pruned: ", func(string) string { return "Ledger-Pruned: 256\n" }), "quick:V60 deep:V55,V60", same},
		{"disposed of, beyond the end", lineOf("bag-info.txt", "Ledger-Pruned: ", func(string) string { return "Ledger-Pruned: 7000\n" }), "quick:V60 default:V19,V60 deep:V19,V55,V60", same},
		{"the change of key not listed", lineOf("bag-info.txt", "Ledger-Mark: ", gone), "default:V55", "quick:V04 default:V55"},
		{"a change of key listed that is none", lineOf("bag-info.txt", "Ledger-Mark: ", func(l string) string { return "Ledger-Mark: 3\n" + l }), "quick:V55", same},
		{"the period: less", lineOf("bag-info.txt", "Ledger-Period: ", func(string) string { return "Ledger-Period: ../2026-10-22T00:00:00.000Z\n" }), "deep:V19", same},
		{"the period: none", lineOf("bag-info.txt", "Ledger-Period: ", gone), "deep:V19", same},
		{"another origin", lineOf("bag-info.txt", "Ledger-Origin: ", func(string) string { return "Ledger-Origin: other\n" }), "default:V19", same},

		{"a path out of the folder", listed(zero + "data/../../etc/passwd"), "default:V19", same},
		{"a path from the root", listed(zero + "/etc/passwd"), "default:V19", same},
		{"a path twice", listed(zero + "data/vkey"), "default:V19", same},
		{"a path that is not there", listed(zero + "data/texts/" + strings.TrimSpace(zero) + ".txt"), "default:V17", same},
		{"a link out of the folder", func(_ *world, f *folder) {
			f.mend()
			f.final = true
			must(f.t, os.Symlink("/etc/passwd", f.path("data/passwd")))
		}, "default:V19", same},
	}
}

// number is the entry that a line of records.csv or disclosures.ndjson is of, -1 for none.
func number(l string) int {
	l = strings.TrimPrefix(l, `{"seq":`)
	n, digits := 0, 0
	for digits < len(l) && l[digits] >= '0' && l[digits] <= '9' {
		n = n*10 + int(l[digits]-'0')
		digits++
	}
	if digits == 0 {
		return -1
	}
	return n
}

func tricksOf(t *testing.T, w *world, base *folder, count *tally) {
	for _, m := range tricks() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			f := base.copy(t)
			m.do(w, f)
			if !f.final {
				f.mend()
			}
			if m.earlier == same {
				m.earlier = m.seen
			}
			runs := 0
			deepest := ""
			for i, trust := range []*ledger.Trust{w.latest, w.earlier} {
				want := expectation(t, []string{m.seen, m.earlier}[i])
				if i == 0 {
					deepest = want[ledger.Deep]
				}
				for _, level := range levelsNow() {
					runs++
					r, err := f.verify(level, trust)
					if got := ordered(result(r, err)); got != ordered(want[level]) {
						t.Errorf("seen %d, %s: found %s, want %s%s", trust.Size, level, got, want[level], told(r, err))
					}
				}
			}
			count.add(deepest, "", !t.Failed(), runs)
		})
	}
}
