package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
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
	Records      iter.Seq2[[]string, error]  // rows of records.csv, the header first; asked for from another goroutine
	Texts        iter.Seq2[LegalText, error] // for texts/; asked for from another goroutine
	Readme       []byte                      // OKUBENI.txt
	Info         []Field                     // more lines of bag-info.txt
	Period       Period                      // the times that were asked for; one without an end is not written
	Now          time.Time                   // Bagging-Date is its day, where its location says
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
	x := &export{bag: b, src: src, o: o, batches: make(chan batch, 2), used: make(chan []byte, 4)}
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
	if err := b.publish(); err != nil {
		return Summary{}, err
	}
	x.sum.Files, x.sum.Bytes = b.files, b.bytes
	return x.sum, nil
}

// export is one run of Write.
type export struct {
	bag   *bag
	src   ledger.Source
	o     Options
	sum   Summary
	note  []byte
	marks []int64 // written
	gone  int64   // entries below were disposed of, as the marks say

	batches chan batch  // read, to be written
	used    chan []byte // memory of those that were
}

// damaged is the error for a log that does not fit together: from it nothing is made that looks in order.
func damaged(text i18n.Text) *fault.Error {
	return fault.New(fault.Integrity, "export_damaged", text).WithHint(i18n.T(
		"dışa aktarılmadı; önce bakın: iskurctl audit verify --full", "nothing was exported; look first: iskurctl audit verify --full"))
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
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var running sync.WaitGroup
	for _, part := range []func(context.Context) error{x.tree, x.store, x.store, x.disclosures, x.records, x.texts} {
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

// disclosures writes those of exactly the range.
func (x *export) disclosures(ctx context.Context) error {
	if !x.o.PersonalData {
		return nil
	}
	f, err := x.bag.create(disclosures)
	if err != nil {
		return err
	}
	defer f.f.Close()
	var line []byte
	next := x.sum.Range.From
	for d, err := range x.src.Disclosures(ctx, x.sum.Range.From, x.sum.Range.To) {
		if err == nil {
			err = d.Err
		}
		if err != nil {
			return err
		}
		if len(d.SD) == 0 {
			continue
		}
		var ok bool
		line, ok = appendLine(line[:0], d.Seq, d.SD)
		if !ok || d.Seq < next || d.Seq >= x.sum.Range.To || len(line) > maxLine {
			return damaged(i18n.Tf("%s numaralı kaydın kişisel verileri biçimine uymuyor", "the personal data of entry %s are malformed", plain(d.Seq)))
		}
		next = d.Seq + 1
		if _, err := f.Write(line); err != nil {
			return err
		}
		if x.sum.Disclosures++; x.sum.Disclosures%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return f.close()
}

// records writes what the caller gives (RFC 4180, lines end with LF).
func (x *export) records(ctx context.Context) error {
	if x.o.Records == nil {
		return nil
	}
	f, err := x.bag.create(records)
	if err != nil {
		return err
	}
	defer f.f.Close()
	w := csv.NewWriter(f)
	rows := int64(0)
	for row, err := range x.o.Records {
		if err != nil {
			return err
		}
		if err := w.Write(row); err != nil {
			return err
		}
		if rows++; rows%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	x.sum.Records = max(0, rows-1)
	return f.close()
}

func (x *export) texts(ctx context.Context) error {
	if x.o.Texts == nil {
		return nil
	}
	for t, err := range x.o.Texts {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if sum := sha256.Sum256(t.Body); hex.EncodeToString(sum[:]) != t.SHA256 {
			return damaged(i18n.T("saklanan bir metin, özetiyle uyuşmuyor", "a stored text does not fit its digest"))
		}
		if err := x.bag.put(texts+t.SHA256+".txt", t.Body); err != nil {
			return err
		}
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
