package bundle

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// Options say what goes into a bag. What is optional and nil leaves no file.
type Options struct {
	Checkpoint   []byte                      // the signed note that everything is of; nil reads the source's, once
	Vkey         string                      // the key that signed it, in C2SP form
	Range        *ledger.Range               // the entries wanted; nil: all of them
	Extra        []ledger.Range              // more entries, without disclosures, for a part: late outcomes
	PersonalData bool                        // with the disclosures
	Texts        iter.Seq2[LegalText, error] // for texts/; asked for from another goroutine
	Readme       []byte                      // OKUBENI.txt
	Info         []Field                     // more lines of bag-info.txt
	Period       Period                      // the times that were asked for; one without an end is not written
	Now          time.Time                   // Bagging-Date is its day, where its location says
	Last         func(context.Context) error // is asked when all is written, before the folder gets its name

	// Records gives the rows of records.csv, the header first; it is asked from another goroutine. src is the log: who
	// reads the entries of Range there, from the first on, and their disclosures beside them, gets what is read for the bundle.
	Records func(src ledger.Source) iter.Seq2[[]string, error]
}

// LegalText is a text that entries refer to by its SHA-256, in lower-case hexadecimal.
type LegalText struct {
	SHA256 string
	Body   []byte
}

// Field is a line of bag-info.txt.
type Field struct{ Name, Value string }

// Summary says what was written.
type Summary struct {
	Origin      string
	Size        int64
	Root        ledger.Hash
	Range       ledger.Range // what was wanted; Entries may be more, since tiles are whole
	Pruned      int64
	Entries     int64
	Disclosures int64 // lines: entries that have any
	Records     int64 // without the header
	Files       int64 // of the payload
	Bytes       int64
	Swept, Left []string // hidden folders of exports that were killed, beside this one: taken away, and still there
}

// Write makes the folder dir, which must not exist: class Output out_exists, out_symlink, out_open or out_write. Each
// entry is hashed and compared with its tile, each full tile with the one above it, and the right edge with the signed
// root; what does not fit is class Integrity, export_damaged. Errors of the source and of the iterators are given back as
// they are, a context that ends as its cause. After any error nothing is left of the folder.
func Write(ctx context.Context, dir string, src ledger.Source, o Options) (Summary, error) {
	b, err := begin(dir)
	if err != nil {
		return Summary{}, err
	}
	defer b.discard()
	x := &export{bag: b, src: src, o: o, tiles: make(chan *batch, 2), blocks: make(chan *batch, 2), used: make(chan []byte, 4)}
	if err := x.bind(ctx); err != nil {
		return Summary{}, err
	}
	if err := x.payload(ctx); err != nil {
		return Summary{}, err
	}
	if x.sum.Pruned != x.gone {
		return Summary{}, damaged(i18n.Tf("%d kayıt imha edilmiş sayılıyor, imha kayıtlarına göre %d", "%d entries count as disposed of, %d as the entries themselves say", x.sum.Pruned, x.gone))
	}
	if err := x.tags(); err != nil {
		return Summary{}, err
	}
	if ctx.Err() != nil {
		return Summary{}, context.Cause(ctx)
	}
	if o.Last != nil {
		if err := o.Last(ctx); err != nil {
			return Summary{}, err
		}
	}
	if err := b.publish(); err != nil {
		return Summary{}, err
	}
	x.sum.Files, x.sum.Bytes, x.sum.Swept, x.sum.Left = b.files, b.bytes, b.swept, b.left
	return x.sum, nil
}

// export is one run of Write.
type export struct {
	bag   *bag
	src   ledger.Source
	o     Options
	sum   Summary
	note  []byte
	held  []ledger.Range // tiles of the lowest level whose entries go in
	marks []int64        // written
	gone  int64          // entries below were disposed of, as the marks say

	tiles, blocks chan *batch // read, to be written
	used          chan []byte // memory of those that were
	feed          *feed       // for records.csv, nil without it
}

// damaged is the error for a log that does not fit together: from it nothing is made that looks in order.
func damaged(text i18n.Text) *fault.Error {
	return fault.New(fault.Integrity, "export_damaged", text).WithHint(i18n.T(
		"dışa aktarılmadı; önce bakın: iskurctl audit verify --full (onay günlüğünde iskurctl consent verify --full)",
		"nothing was exported; look first: iskurctl audit verify --full (iskurctl consent verify --full for the log of consent)"))
}

// bind reads, once, the checkpoint and what is fixed with it; the log may grow meanwhile.
func (x *export) bind(ctx context.Context) error {
	x.note = x.o.Checkpoint
	if x.note == nil {
		var err error
		if x.note, err = x.src.Checkpoint(ctx); err != nil {
			return err
		}
	}
	v, err := note.NewVerifier(x.o.Vkey)
	if err != nil {
		return fault.New(fault.Internal, "export_key", i18n.T("kaydın doğrulama anahtarı okunamadı", "the log's verifier key could not be read")).Because(err)
	}
	c, err := ledger.OpenCheckpoint(x.note, v)
	var problem *ledger.Problem
	if errors.As(err, &problem) {
		return damaged(i18n.Tf("denetim noktası geçersiz: %s", "the checkpoint is not valid: %s", problem.Text)).Because(err)
	} else if err != nil {
		return err
	}
	x.sum.Origin, x.sum.Size, x.sum.Root = c.Origin, c.Size, c.Root
	x.sum.Range = ledger.Range{To: c.Size}
	if r := x.o.Range; r != nil {
		if r.From < 0 || r.From > r.To || r.To > c.Size {
			return fault.New(fault.Internal, "export_range", i18n.T("dışa aktarılacak aralık kaydın dışında", "the range to be exported is outside the log"))
		}
		x.sum.Range = *r
	}
	x.sum.Pruned, err = x.src.Pruned(ctx)
	return err
}

// payload writes data/. Entries, disclosures and records come at the same time, from goroutines of their own.
func (x *export) payload(ctx context.Context) error {
	for _, f := range []struct {
		name    string
		content []byte
	}{{checkpoint, x.note}, {vkey, []byte(x.o.Vkey + "\n")}, {readme, x.o.Readme}} {
		if f.content == nil {
			continue
		}
		if err := x.bag.put(f.name, f.content); err != nil {
			return err
		}
	}
	var err error
	if x.held, err = x.holds(ctx); err != nil {
		return err
	}
	if x.o.Records != nil {
		var wanted ledger.Range
		if x.o.PersonalData {
			wanted = x.sum.Range
		}
		x.feed = newFeed(x.src, x.held, wanted)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var running sync.WaitGroup
	for _, part := range []func(context.Context) error{x.tree, x.lowTiles, x.entryBundles, x.disclosures, x.records, x.texts} {
		running.Go(func() {
			if err := part(ctx); err != nil {
				stop(err)
			}
		})
	}
	running.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// tags writes the files beside data/.
func (x *export) tags() error {
	b := x.bag
	if err := b.list.close(); err != nil {
		return err
	}
	fields := []Field{{labelDate, x.o.Now.Format(time.DateOnly)}}
	fields = append(fields, x.o.Info...)
	fields = append(fields,
		Field{labelOxum, plain(b.bytes) + "." + plain(b.files)},
		Field{labelOrigin, x.sum.Origin},
		Field{labelSize, plain(x.sum.Size)},
		Field{labelRange, plain(x.sum.Range.From) + "-" + plain(x.sum.Range.To)},
		Field{labelPruned, plain(x.sum.Pruned)})
	if !x.o.Period.To.IsZero() {
		fields = append(fields, Field{labelPeriod, x.o.Period.String()})
	}
	for _, seq := range x.marks {
		fields = append(fields, Field{labelMark, plain(seq)})
	}
	var text strings.Builder
	seen := map[string]bool{}
	for _, f := range fields {
		known := strings.HasPrefix(f.Name, "Ledger-") || f.Name == labelOxum || f.Name == labelDate
		if !isLabel(f.Name) || !isValue(f.Value) || known && f.Name != labelMark && seen[f.Name] {
			return fault.New(fault.Internal, "export_info", i18n.T("bag-info.txt için verilen satır geçersiz", "a line for bag-info.txt is not valid"))
		}
		seen[f.Name] = true
		text.WriteString(f.Name + ": " + f.Value + "\n")
	}
	if text.Len() > maxTag {
		return fault.New(fault.Internal, "export_info", i18n.T("bag-info.txt çok büyük", "bag-info.txt is too large"))
	}
	if err := b.put(declaration, []byte(declared)); err != nil {
		return err
	}
	if err := b.put(info, []byte(text.String())); err != nil {
		return err
	}
	return b.put(tagManifest, b.tags)
}

// plain writes a number for a file, without separators.
func plain(n int64) string { return strconv.FormatInt(n, 10) }

// isLabel tells whether s can be a label of bag-info.txt. RFC 8493 allows more; ours need no more.
func isLabel(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && r != '-'
	})
}

// isValue tells whether s fits on its line.
func isValue(s string) bool {
	return s != "" && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0xfffd })
}
