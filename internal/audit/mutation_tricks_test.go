package audit_test

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/ledgertest"
)

// ended alters an outcome.
func ended(w *world, p *place) { ledgertest.Replacing("{o1}", `"ms":37`, `"ms":38`)(w, p) }

func tricks() []trick {
	const zero = "0000000000000000000000000000000000000000000000000000000000000000  "
	record, words := `data/records.csv`, `data/disclosures.ndjson`
	foreign := func(w *world, f *folder) {
		p := w.Copy(f.T)
		ledgertest.Foreign(ended, true)(w, p)
		p.Shut()
		f.Put(p)
	}
	return []trick{
		{"the page: a command more", func(_ *world, f *folder) {
			f.Edit("data/OKUBENI.txt", func(b []byte) []byte { return append(b, "    rm -r .\n"...) })
		}, "deep:V29", same},
		{"records: a line altered", lineOf(record, "{q1},", func(l string) string { return strings.Replace(l, "pc-1", "pc-7", 1) }), "deep:V55", same},
		{"records: a user altered", lineOf(record, "{q1},", func(l string) string { return strings.Replace(l, "memur", "memuR", 1) }), "deep:V55", same},
		{"records: a line taken away", lineOf(record, "{q1},", ledgertest.Gone), "deep:V55", same},
		{"records: a line twice", lineOf(record, "{q1},", func(l string) string { return l + l }), "deep:V55", same},
		{"records: another header", lineOf(record, "seq,", func(l string) string { return strings.Replace(l, "user", "kim", 1) }), "deep:V55", same},
		{"records: a line of no entry", lineOf(record, "{q3},", func(l string) string { return l + "9999" + l[strings.IndexByte(l, ','):] }), "deep:V55", same},
		{"disclosures: a line taken away", lineOf(words, `{"seq":{q1},`, ledgertest.Gone), "deep:V35,V55", same},
		{"disclosures: a line taken away, with its record", ledgertest.Also(lineOf(words, `{"seq":{q1},`, ledgertest.Gone), lineOf(record, "{q1},", func(l string) string {
			c := strings.SplitN(l, ",", 6)
			_, purpose, _ := strings.Cut(c[5], `}",`)
			_, tail, _ := strings.Cut(purpose, ",")
			return strings.Join([]string{c[0], c[1], "", c[3], c[4], "", "", tail}, ",")
		})), "deep:V35", same},
		{"disclosures: one of a line taken away", lineOf(words, `{"seq":{q1},`, func(l string) string { return l[:strings.LastIndex(l, `,"`)] + "]}\n" }), "deep:V35,V55", same},
		{"disclosures: a line of another entry", func(w *world, f *folder) {
			var other string
			lineOf(words, `{"seq":{q1b},`, func(l string) string { other = l[strings.Index(l, `,"sd"`):]; return l + " " })(w, f.Copy(f.T))
			lineOf(words, `{"seq":{q1},`, func(l string) string { return l[:strings.Index(l, `,"sd"`)] + other })(w, f)
		}, "deep:V34,V55", same},
		{"disclosures: of an entry that has none", func(w *world, f *folder) {
			lineOf(words, `{"seq":{b1},`, func(l string) string { return w.Names.Replace(`{"seq":{o1}`) + l[strings.IndexByte(l, ','):] })(w, f)
		}, "deep:V34,V35,V55", same},
		{"disclosures: a line twice", lineOf(words, `{"seq":{q1},`, func(l string) string { return l + l }), "deep:V19", same},
		{"disclosures: beyond the end", func(_ *world, f *folder) {
			f.Edit(words, func(b []byte) []byte { return append(b, `{"seq":5000,"sd":["WyJhIl0"]}`+"\n"...) })
		}, "deep:V34", same},

		{"an entry with its hash", ledgertest.AlterTile, "quick:V24 deep:V24,V55", same},
		{"two entries swapped", func(_ *world, f *folder) {
			f.Edit("data/tile/entries/000", func(b []byte) []byte {
				n := 2 + int(binary.BigEndian.Uint16(b))
				m := n + 2 + int(binary.BigEndian.Uint16(b[n:]))
				return slices.Concat(b[n:m], b[:n], b[m:])
			})
		}, "default:V10,V10 deep:V10,V10,V55", same},
		{"two bundles of entries swapped", func(_ *world, f *folder) {
			a, b := f.Read("data/tile/entries/000"), f.Read("data/tile/entries/001")
			f.Write("data/tile/entries/000", b)
			f.Write("data/tile/entries/001", a)
		}, "quick:V10 default:V10*512 deep:V10*512,V55", same},
		{"the first tile of entries taken away with all that repeats it", func(w *world, f *folder) {
			f.Remove("data/tile/entries/000")
			for _, name := range []string{record, words} {
				f.Edit(name, func(b []byte) []byte {
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
		{"a tile of a size to come", func(_ *world, f *folder) { f.Write("data/tile/0/003", f.Read("data/tile/0/000")) }, "default:V23", same},
		{"a tile of another width", func(_ *world, f *folder) { f.Write("data/tile/0/002.p/100", f.Read("data/tile/0/002.p/188")[:3200]) }, "default:V23", same},
		{"a text that nobody refers to by its digest", func(_ *world, f *folder) { f.Write("data/texts/x.txt", []byte("x")) }, "default:V18", same},

		{"signed anew by a stranger, whose key lies beside it", foreign, "quick:V04,V27", "quick:V04,V25"},
		{"signed anew by the owner", ledgertest.Of(ledgertest.Rewritten(ended)), "quick:V27", "quick:V25"},
		{"signed anew by the old key", ledgertest.Of(func(w *world, p *place) {
			signer := p.Signer(w.Earlier.Vkey)
			p.Rebuild(p.Origin(), signer)
			p.Exec("UPDATE audit_log SET vkey = $1", w.Earlier.Vkey)
		}), "quick:V04", "quick:V06"},
		// A bundle that is older than what was seen need not be a log that was set back: that cannot be told from it.
		{"cut off by the owner", ledgertest.Of(truncated(650)), "quick:V09", ""},
		{"made of an older copy", ledgertest.Of(ledgertest.Replaced(ledgertest.RecentOf)), "quick:V09", ""},
		{"of another log", func(w *world, f *folder) {
			p := create(f.T)
			for range 360 {
				must(f.T, started(p).Refuse(f.T.Context(), ask(1)))
				if h := p.Seen(); h.Size > 4 {
					break
				}
			}
			must(f.T, p.Close())
			f.Put(p)
		}, "quick:V04,V09", same},
		{"the checkpoint of another log of this key", func(w *world, f *folder) {
			c, err := ledger.ReadCheckpoint(f.Read("data/checkpoint"))
			must(f.T, err)
			text, err := ledger.SignCheckpoint("other/audit/1", c.Size, c.Root, w.Own(w.Copy(f.T)))
			must(f.T, err)
			f.Write("data/checkpoint", text)
		}, "quick:V05 default:V05,V19", same},
		{"the key of a stranger beside it", func(w *world, f *folder) {
			_, vkey := ledgertest.Stranger(f.T, kind.Origin())
			f.Write("data/vkey", []byte(vkey+"\n"))
		}, "default:V19", same},
		{"one more signature, of a stranger", func(w *world, f *folder) {
			signer, _ := ledgertest.Stranger(f.T, kind.Origin())
			n, err := note.Open(f.Read("data/checkpoint"), note.VerifierList())
			var unverified *note.UnverifiedNoteError
			if errors.As(err, &unverified) {
				n = unverified.Note
			}
			text, err := note.Sign(n, signer)
			must(f.T, err)
			f.Write("data/checkpoint", text)
		}, "", same}, // anybody may add one; it says nothing

		{"the range: less", lineOf("bag-info.txt", "Ledger-Range: ", func(string) string { return "Ledger-Range: 300-700\n" }), "deep:V55", same},
		{"the range: beyond the end", lineOf("bag-info.txt", "Ledger-Range: ", func(string) string { return "Ledger-Range: 0-7000\n" }), "default:V19", same},
		{"disposed of, as bag-info.txt says", lineOf("bag-info.txt", "Ledger-Pruned: ", func(string) string { return "Ledger-Pruned: 256\n" }), "quick:V60 deep:V55,V60", same},
		{"disposed of, beyond the end", lineOf("bag-info.txt", "Ledger-Pruned: ", func(string) string { return "Ledger-Pruned: 7000\n" }), "quick:V60 default:V19,V60 deep:V19,V55,V60", same},
		{"the change of key not listed", lineOf("bag-info.txt", "Ledger-Mark: ", ledgertest.Gone), "default:V55", "quick:V04 default:V55"},
		{"a change of key listed that is none", lineOf("bag-info.txt", "Ledger-Mark: ", func(l string) string { return "Ledger-Mark: 3\n" + l }), "quick:V55", same},
		{"the period: less", lineOf("bag-info.txt", "Ledger-Period: ", func(string) string { return "Ledger-Period: ../2026-10-22T00:00:00.000Z\n" }), "deep:V19", same},
		{"the period: none", lineOf("bag-info.txt", "Ledger-Period: ", ledgertest.Gone), "deep:V19", same},
		{"another origin", lineOf("bag-info.txt", "Ledger-Origin: ", func(string) string { return "Ledger-Origin: other\n" }), "default:V19", same},

		{"a path out of the folder", ledgertest.Listed(zero + "data/../../etc/passwd"), "default:V19", same},
		{"a path from the root", ledgertest.Listed(zero + "/etc/passwd"), "default:V19", same},
		{"a path twice", ledgertest.Listed(zero + "data/vkey"), "default:V19", same},
		{"a path that is not there", ledgertest.Listed(zero + "data/texts/" + strings.TrimSpace(zero) + ".txt"), "default:V17", same},
		{"a link out of the folder", func(_ *world, f *folder) {
			f.Mend()
			f.Final = true
			must(f.T, os.Symlink("/etc/passwd", f.Path("data/passwd")))
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
