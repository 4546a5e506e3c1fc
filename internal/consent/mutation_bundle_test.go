package consent_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/consent"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/ledgertest"
)

// exported writes a bundle of the world.
func exported(t testing.TB, w *world, o consent.ExportOptions) *folder {
	t.Helper()
	return w.Exported(t, bundleOf(o).Do)
}

// bundleOf exports with options.
func bundleOf(o consent.ExportOptions) ledgertest.Export {
	o.Product = "iskurctl"
	return ledgertest.Export{Part: !o.From.IsZero() || !o.To.IsZero(), Do: func(p *place, dir string) error {
		_, err := logOf(p).Export(p.T.Context(), dir, o)
		return err
	}}
}

// contents says what is found of each file. What is not named finds nothing: the last line end of records.csv
// has no meaning.
var contents = &ledgertest.Contents{Files: map[string]map[string]string{
	"bag-info.txt":     {"cut": "default:V19", "halved": "default:V19*4,V55 deep:V19*5,V55", "emptied": "default:V19*4,V55 deep:V19*5,V55", "lengthened": "default:V19,V19", "deleted": "default:V19*4,V55 deep:V19*5,V55"},
	"bagit.txt":        {"altered": "default:V19", "cut": "default:V19", "halved": "default:V19", "emptied": "default:V19", "lengthened": "default:V19", "deleted": "quick:!bundle_not_a_bag/11"},
	"data/OKUBENI.txt": {"altered": "deep:V29", "cut": "deep:V29", "halved": "deep:V29", "emptied": "deep:V29", "lengthened": "deep:V29", "deleted": "deep:V29"}, // a note
	"data/checkpoint": {"altered": "quick:V03", "cut": "quick:V02", "halved": "quick:V02", "emptied": "quick:V01", "lengthened": "quick:V02",
		"deleted": "quick:V01 default:V01,V17"},
	// records.csv repeats what is disclosed, so it no longer fits: one finding for each run of lines between those that were erased.
	"data/disclosures.ndjson": {"altered": "deep:V34,V55", "cut": "deep:V19,V35,V55", "halved": "deep:V19,V35*262,V55*7", "emptied": "deep:V35*528,V55*13",
		"lengthened": "deep:V19", "deleted": "deep:V55"},
	"data/records.csv": {"altered": "deep:V55", "halved": "deep:V55", "emptied": "deep:V55", "lengthened": "deep:V55", "deleted": "deep:V17"},
	"data/texts/*":     {"altered": "deep:V40", "cut": "deep:V40", "halved": "deep:V40", "emptied": "deep:V40", "lengthened": "deep:V40", "deleted": "deep:V41"},
	"data/vkey": {"altered": "default:V19", "cut": "default:V19", "halved": "default:V19", "emptied": "default:V19", "lengthened": "default:V19",
		"deleted": "default:V17"},
	"data/tile/0/000":       {"altered": "default:V21", "cut": "default:V22", "halved": "default:V23", "emptied": "default:V20", "lengthened": "default:V22", "deleted": "default:V20"},
	"data/tile/0/001":       {"altered": "quick:V21", "cut": "quick:V22", "halved": "quick:V23", "emptied": "quick:V20", "lengthened": "quick:V22", "deleted": "quick:V20"},
	"data/tile/0/002.p/188": {"altered": "quick:V24 default:V21", "cut": "quick:V22", "halved": "quick:V23", "emptied": "quick:V20", "lengthened": "quick:V22", "deleted": "quick:V20"},
	"data/tile/1/000.p/2":   {"altered": "quick:V24 default:V21", "cut": "quick:V22", "halved": "quick:V23", "emptied": "quick:V20", "lengthened": "quick:V22", "deleted": "quick:V20"},
	// An entry that is cut short is missing, and its remains are no entry.
	"data/tile/entries/000": {"altered": "default:V10 deep:V10,V55", "cut": "default:V11,V14", "halved": "default:V11,V14", "emptied": "default:V11",
		"lengthened": "default:V12", "deleted": "default:V11"},
	"data/tile/entries/001": {"altered": "default:V10 deep:V10,V55", "cut": "default:V11,V14", "halved": "default:V11,V14", "emptied": "quick:V11",
		"lengthened": "default:V12", "deleted": "quick:V11"},
	"data/tile/entries/002.p/188": {"altered": "default:V10 deep:V10,V55", "cut": "default:V11,V14", "halved": "default:V11,V14", "emptied": "default:V11",
		"lengthened": "default:V12", "deleted": "default:V11"},
	"manifest-sha256.txt":    {},
	"tagmanifest-sha256.txt": {},
}, Manifests: map[string]map[string]string{
	"manifest-sha256.txt": {"altered": "V16,V16", "cut": "V16,V18,V19", "halved": "V16,V18*11,V19", "emptied": "V16,V18*19", "lengthened": "V16,V19",
		"deleted": "V17", "renamed": "V17,V18", "doubled": "V18", "replaced by a folder": "V17,V19", "replaced by a link": "V17,V18,V19"},
	"tagmanifest-sha256.txt": {"altered": "V16", "cut": "V19,V19", "halved": "V19,V19,V19", "emptied": "V19,V19,V19", "lengthened": "V19",
		"deleted": "V17", "renamed": "V17,V18", "doubled": "V18", "replaced by a folder": "V17", "replaced by a link": "V17,V18,V19"},
}, Alter: map[string]func([]byte) []byte{
	"data/disclosures.ndjson": ledgertest.OtherDisclosure,
	"data/records.csv":        func(b []byte) []byte { return bytes.Replace(b, []byte(",sms,"), []byte(",smz,"), 1) },
}}

const recordsFile, disclosuresFile = "data/records.csv", "data/disclosures.ndjson"

// info changes a line of bag-info.txt.
func info(label, value string) func(*world, *folder) {
	return ledgertest.LineOf("bag-info.txt", label+": ", func(string) string {
		if value == "" {
			return ""
		}
		return label + ": " + value + "\n"
	})
}

// period makes the bundle say that it is for another time, a part of the one it is for.
func period(from, to time.Duration) func(*world, *folder) {
	return func(w *world, f *folder) {
		begin, end := "..", ledger.Time(ledgertest.Begun.Add(to))
		if from > 0 {
			begin = ledger.Time(ledgertest.Begun.Add(from))
		}
		info("Ledger-Period", begin+"/"+end)(w, f)
	}
}

// textFile gives the file of a text.
func textFile(f *folder, content string) string {
	for _, name := range f.Files() {
		if strings.HasPrefix(name, "data/texts/") && strings.Contains(string(f.Read(name)), content) {
			return name
		}
	}
	f.T.Fatalf("no text %q", content)
	return ""
}

func bundleTricks() []trick {
	const zero = "0000000000000000000000000000000000000000000000000000000000000000"
	change := func(w *world, p *place) { ledgertest.Replacing("{q2}", p.Change[0], p.Change[1])(w, p) }
	line := ledgertest.LineOf
	return []trick{
		{"records: a line altered", line(recordsFile, "{q1},", func(l string) string { return strings.Replace(l, "portal", "mobil", 1) }), "deep:V55", unchanged},
		{"records: a name altered", line(recordsFile, "{q1},", func(l string) string { return strings.Replace(l, "Ayşe", "Ayla", 1) }), "deep:V55", unchanged},
		{"records: a line taken away", line(recordsFile, "{q1},", ledgertest.Gone), "deep:V55", unchanged},
		{"records: a line twice", line(recordsFile, "{q1},", ledgertest.Twice), "deep:V55", unchanged},
		{"records: another header", line(recordsFile, "seq,", func(l string) string { return strings.Replace(l, "channel", "kanal", 1) }), "deep:V55", unchanged},
		{"records: a line of no entry", line(recordsFile, "{q3},", func(l string) string { return l + "9999" + l[strings.IndexByte(l, ','):] }), "deep:V55", unchanged},
		{"records: a line of a text", line(recordsFile, "seq,", func(l string) string { return l + strings.Repeat(",", strings.Count(l, ",")) + "\n" }), "deep:V55", unchanged},
		{"records: values of what was erased", line(recordsFile, "{erased},", func(l string) string { return strings.Replace(l, ",true,,", ",,10000000146,", 1) }), "deep:V55", unchanged},

		{"disclosures: a line taken away", line(disclosuresFile, `{"seq":{q1},`, ledgertest.Gone), "deep:V35,V55", unchanged},
		{"disclosures: one of a line taken away", line(disclosuresFile, `{"seq":{q1},`, func(l string) string { return l[:strings.LastIndex(l, `,"`)] + "]}\n" }), "deep:V35,V55", unchanged},
		{"disclosures: one of a line of which a part was erased taken away", line(disclosuresFile, `{"seq":{part},`, func(l string) string { return l[:strings.LastIndex(l, `,"`)] + "]}\n" }), "deep:V35,V55", unchanged},
		{"disclosures: a line of another entry", func(w *world, f *folder) {
			var other string
			line(disclosuresFile, `{"seq":{q1b},`, func(l string) string { other = l[strings.Index(l, `,"sd"`):]; return l + " " })(w, f.Copy(f.T))
			line(disclosuresFile, `{"seq":{q1},`, func(l string) string { return l[:strings.Index(l, `,"sd"`)] + other })(w, f)
		}, "deep:V34,V55", unchanged},
		{"disclosures: of an entry that has none", func(w *world, f *folder) {
			var own string
			line(disclosuresFile, `{"seq":{q1},`, func(l string) string { own = l; return "" })(w, f)
			insertLine(f, strings.Replace(own, w.Names.Replace(`"seq":{q1},`), w.Names.Replace(`"seq":{o1},`), 1))
		}, "deep:V34,V35,V55", unchanged},
		{"disclosures: a line twice", line(disclosuresFile, `{"seq":{q1},`, ledgertest.Twice), "deep:V19", unchanged},
		{"disclosures: beyond the end", func(_ *world, f *folder) {
			f.Edit(disclosuresFile, func(b []byte) []byte { return append(b, `{"seq":5000,"sd":["WyJhIl0"]}`+"\n"...) })
		}, "deep:V34", unchanged},
		{"disclosures: erased, from an older bundle", func(w *world, f *folder) {
			old := w.Older.Copy(f.T)
			must(f.T, old.Open())
			older := &folder{Kind: f.Kind, T: f.T, Dir: f.T.TempDir() + "/older"}
			must(f.T, f.Export(f.T.Context(), old.Log, older.Dir))
			for l := range strings.Lines(string(older.Read(disclosuresFile))) {
				if strings.HasPrefix(l, w.Names.Replace(`{"seq":{lately},`)) {
					insertLine(f, l)
				}
			}
		}, "deep:V37,V55", unchanged},
		{"disclosures: erased in part, from an older bundle", func(w *world, f *folder) {
			old := w.Older.Copy(f.T)
			must(f.T, old.Open())
			older := &folder{Kind: f.Kind, T: f.T, Dir: f.T.TempDir() + "/older"}
			must(f.T, f.Export(f.T.Context(), old.Log, older.Dir))
			line(disclosuresFile, `{"seq":{halved},`, func(string) string {
				for l := range strings.Lines(string(older.Read(disclosuresFile))) {
					if strings.HasPrefix(l, w.Names.Replace(`{"seq":{halved},`)) {
						return l
					}
				}
				return ""
			})(w, f)
		}, "deep:V37,V55", unchanged},

		{"the page: a command more", func(_ *world, f *folder) {
			f.Edit("data/OKUBENI.txt", func(b []byte) []byte { return append(b, "    rm -r .\n"...) })
		}, "deep:V29", unchanged},

		{"text: bytes changed", func(_ *world, f *folder) {
			f.Edit(textFile(f, "riza-1"), func(b []byte) []byte { return append(b, "ve"...) })
		}, "deep:V40", unchanged},
		{"text: two exchanged", func(_ *world, f *folder) {
			one, other := textFile(f, "riza-1"), textFile(f, "riza-2")
			a, b := f.Read(one), f.Read(other)
			f.Write(one, b)
			f.Write(other, a)
		}, "deep:V40,V40", unchanged},
		{"text: missing", func(_ *world, f *folder) { f.Remove(textFile(f, "riza-1")) }, "deep:V41", unchanged},
		{"text: one that nobody names missing", func(_ *world, f *folder) { f.Remove(textFile(f, "riza-3")) }, "deep:V41", unchanged},
		{"text: all missing", func(_ *world, f *folder) { must(f.T, os.RemoveAll(f.Path("data/texts"))) }, "deep:V41*7", unchanged},
		{"text: one too many", func(_ *world, f *folder) { f.Write("data/texts/"+zero+".txt", []byte("x")) }, "deep:V18", unchanged},
		{"text: one too many, named otherwise", func(_ *world, f *folder) { f.Write("data/texts/x.txt", []byte("x")) }, "default:V18", unchanged},
		{"text: one under another name", func(_ *world, f *folder) {
			name := textFile(f, "riza-1")
			f.Write("data/texts/"+zero+".txt", f.Read(name))
			f.Remove(name)
		}, "deep:V18,V41", unchanged},

		{"the period: ends sooner", period(0, 200*time.Hour), "deep:V19,V55", unchanged},
		{"the period: begins later", period(20*time.Hour, 2000*time.Hour), "deep:V19,V55", unchanged},
		{"the period: none", info("Ledger-Period", ""), "deep:V19", unchanged},
		{"the range: less", info("Ledger-Range", "300-700"), "deep:V18,V55", unchanged},
		{"the range: beyond the end", info("Ledger-Range", "0-7000"), "default:V19", unchanged},
		{"disposed of, as bag-info.txt says", info("Ledger-Pruned", "256"), "quick:V60", unchanged},
		{"the change of key not listed", info("Ledger-Mark", ""), "default:V55", "quick:V04 default:V55"},
		{"another origin", info("Ledger-Origin", "other"), "default:V19", unchanged},

		{"an entry with its hash", ledgertest.AlterTile, "quick:V24 deep:V24,V55", unchanged},
		{"two entries swapped", func(_ *world, f *folder) {
			f.Edit("data/tile/entries/001", func(b []byte) []byte {
				n := 2 + int(binary.BigEndian.Uint16(b))
				m := n + 2 + int(binary.BigEndian.Uint16(b[n:]))
				return slices.Concat(b[n:m], b[:n], b[m:])
			})
		}, "default:V10,V10 deep:V10,V10,V55", unchanged},
		{"signed anew by a stranger, whose key lies beside it", func(w *world, f *folder) {
			p := w.Copy(f.T)
			ledgertest.Foreign(change, true)(w, p)
			p.Shut()
			f.Put(p)
		}, "quick:V04,V27", "quick:V04,V25"},
		{"signed anew by the owner", ledgertest.Of(ledgertest.Rewritten(change)), "quick:V27", "quick:V25"},
		{"signed anew by the old key", ledgertest.Of(func(w *world, p *place) {
			signer := p.Signer(w.Earlier.Vkey)
			p.Rebuild(p.Origin(), signer)
			p.Exec("UPDATE consent_log SET vkey = $1", w.Earlier.Vkey)
		}), "quick:V04", "quick:V06"},
		// A bundle that is older than what was seen need not be a log that was set back: that cannot be told from it.
		{"made of an older copy", func(w *world, f *folder) { f.Put(w.Recent.Copy(f.T)) }, "quick:V09", ""},
		{"the checkpoint of another log of this key", func(w *world, f *folder) {
			c, err := ledger.ReadCheckpoint(f.Read("data/checkpoint"))
			must(f.T, err)
			text, err := ledger.SignCheckpoint("other/consent/1", c.Size, c.Root, w.Own(w.Copy(f.T)))
			must(f.T, err)
			f.Write("data/checkpoint", text)
		}, "quick:V05 default:V05,V19", unchanged},
		{"one more signature, of a stranger", func(_ *world, f *folder) {
			signer, _ := ledgertest.Stranger(f.T, consents.Origin())
			n, err := note.Open(f.Read("data/checkpoint"), note.VerifierList())
			var unverified *note.UnverifiedNoteError
			if errors.As(err, &unverified) {
				n = unverified.Note
			}
			text, err := note.Sign(n, signer)
			must(f.T, err)
			f.Write("data/checkpoint", text)
		}, "", unchanged}, // anybody may add one; it says nothing
	}
}

// insertLine puts a line of disclosures.ndjson where it belongs.
func insertLine(f *folder, line string) {
	number := func(l string) (n int64) {
		for _, c := range strings.TrimPrefix(l, `{"seq":`) {
			if c < '0' || c > '9' {
				break
			}
			n = 10*n + int64(c-'0')
		}
		return n
	}
	f.Edit(disclosuresFile, func(b []byte) []byte {
		lines := strings.SplitAfter(string(b), "\n")
		at := slices.IndexFunc(lines, func(l string) bool { return number(l) > number(line) })
		return []byte(strings.Join(slices.Insert(lines, at, line), ""))
	})
}
