package auditcmd

import (
	"bufio"
	"context"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"iskurctl/internal/audit"
	"iskurctl/internal/audit/reconcile"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// detectBuffer must hold what reconcile.Detect looks at.
const detectBuffer = 64 << 10

// theirs is the other party's log, whatever it is written in.
type theirs struct {
	key     []byte     // for the tags
	covers  audit.Span // the times that it says it has
	covered bool       // it says so
	signer  string     // the verifier key by which a bundle is sound; "" for what nobody signed
	// feed gives each row to one of two functions, once.
	feed func(ctx context.Context, row func(reconcile.Row) error, tagged func(reconcile.Tagged) error) error
	// again reads the rows anew; nil when that is not possible.
	again func(ctx context.Context) (iter.Seq2[reconcile.Row, error], func(), error)
	close func()
}

// openTheirs tells what it is. A folder is a bundle; it must be sound.
func openTheirs(ctx context.Context, d *cmdkit.Deps, path string) (*theirs, error) {
	if info, err := os.Stat(path); path != "-" && err == nil && info.IsDir() {
		return openBundle(ctx, d, path)
	}
	in, err := d.OpenInput(ctx, path)
	if err != nil {
		return nil, err
	}
	t, err := openFile(ctx, d, path, in)
	if err != nil {
		_ = in.Close() // it was only read
	}
	return t, err
}

func openFile(ctx context.Context, d *cmdkit.Deps, path string, in *cmdkit.Input) (*theirs, error) {
	text := bufio.NewReaderSize(in, detectBuffer)
	format, err := reconcile.Detect(text)
	if err != nil {
		return nil, err
	}
	t := &theirs{close: func() { _ = in.Close() }}
	if format == reconcile.Exchange {
		return t, t.exchange(ctx, d, text)
	}
	if t.key, err = randomKey(d); err != nil {
		return nil, err
	}
	t.feed = func(ctx context.Context, row func(reconcile.Row) error, _ func(reconcile.Tagged) error) error {
		return each(ctx, reconcile.ReadTheirs(text, format), row)
	}
	if in.Regular {
		t.again = func(ctx context.Context) (iter.Seq2[reconcile.Row, error], func(), error) {
			in, err := d.OpenInput(ctx, path)
			if err != nil {
				return nil, nil, err
			}
			return reconcile.ReadTheirs(bufio.NewReaderSize(in, detectBuffer), format), func() { _ = in.Close() }, nil
		}
	}
	return t, nil
}

// exchange makes t of a file that holds tags only.
func (t *theirs) exchange(ctx context.Context, d *cmdkit.Deps, text *bufio.Reader) error {
	key, err := exchangeKey(ctx, d)
	if err != nil {
		return err
	}
	head, rows, err := reconcile.ReadExchange(text, key)
	if err != nil {
		return err
	}
	t.key, t.covers, t.covered = key, audit.Span(head), true
	t.feed = func(ctx context.Context, _ func(reconcile.Row) error, tagged func(reconcile.Tagged) error) error {
		return each(ctx, rows, tagged)
	}
	return nil
}

// randomKey makes the key of this run: nobody else needs to make the same tags.
func randomKey(d *cmdkit.Deps) ([]byte, error) {
	key := make([]byte, 32)
	if _, err := io.ReadFull(d.Rand, key); err != nil {
		return nil, fault.New(fault.Internal, "random", i18n.T("rastgele anahtar üretilemedi", "a random key could not be made")).Because(err)
	}
	return key, nil
}

// openBundle opens a bundle and makes sure that it is what its own key signed. Who holds that key need not be known to
// compare; that is what `audit verify` is for.
func openBundle(ctx context.Context, d *cmdkit.Deps, dir string) (*theirs, error) {
	b, err := bundle.Open(dir)
	if err != nil {
		return nil, err
	}
	t, err := fromBundle(ctx, d, b, dir)
	if err != nil {
		_ = b.Close() // it was only read
	}
	return t, err
}

func fromBundle(ctx context.Context, d *cmdkit.Deps, b *bundle.Bundle, dir string) (*theirs, error) {
	vkey, err := b.Vkey()
	if err != nil {
		return nil, err
	}
	s, size, err := cmdkit.BundleSubject(ctx, b, ledger.Deep, bundleParts(d.Now()))
	if err != nil {
		return nil, err
	}
	report, err := ledger.Verify(ctx, s.Source, ledger.Options{Log: audit.Name, Level: s.Level, Vkey: vkey, Domain: s.Domain})
	if err != nil {
		return nil, err
	}
	more, err := s.More(ctx)
	if err != nil {
		return nil, err
	}
	report.Add(more)
	look := i18n.Tf("bulgular için: iskurctl audit verify %s --trust DOSYA; paketi gönderen kurumdan yeniden isteyin",
		"for the findings: iskurctl audit verify %s --trust FILE; ask the party that sent it for the bundle again", dir)
	switch class := report.Class(); {
	case class == fault.Integrity:
		return nil, fault.New(class, "theirs_broken", i18n.Tf("karşı tarafın paketi bozulmuş ya da değiştirilmiş; bulgu sayısı: %d", "the other party's bundle is damaged or was changed; findings: %d", len(report.Findings))).WithHint(look)
	case class == fault.Unverifiable:
		return nil, fault.New(class, "theirs_unverifiable", i18n.Tf("karşı tarafın paketi doğrulanamadı; bulgu sayısı: %d", "the other party's bundle could not be verified; findings: %d", len(report.Findings))).WithHint(look)
	}
	note, err := b.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	if c, err := ledger.ReadCheckpoint(note); err != nil || !strings.HasSuffix(c.Origin, "/"+audit.Name+"/1") {
		return nil, fault.New(fault.Input, "theirs_other_log", i18n.T("paket bir sorgu günlüğü değil", "the bundle is not a query log"))
	}
	if !b.HasDisclosures() {
		return nil, fault.New(fault.Input, "theirs_no_personal_data", i18n.T("paket kişisel alanlar olmadan verilmiş; karşılaştırılamaz", "the bundle was made without personal values; it cannot be compared")).
			WithHint(i18n.T("kişisel alanlarıyla birlikte bir paket ya da, veri vermeden, bir değişim dosyası (audit exchange) isteyin",
				"ask for a bundle with personal values or, to give no data away, for an exchange file (audit exchange)"))
	}
	r, err := audit.BundleRange(ctx, b, size)
	if err != nil {
		return nil, err
	}
	t := &theirs{signer: vkey, close: func() { _ = b.Close() }}
	if t.key, err = randomKey(d); err != nil {
		return nil, err
	}
	if p, ok := b.Period(); ok {
		t.covers, t.covered = audit.Span(p), true
	}
	t.again = func(ctx context.Context) (iter.Seq2[reconcile.Row, error], func(), error) {
		return sent(audit.Entries(ctx, b, r, size)), func() {}, nil
	}
	t.feed = func(ctx context.Context, row func(reconcile.Row) error, _ func(reconcile.Tagged) error) error {
		return each(ctx, sent(audit.Entries(ctx, b, r, size)), row)
	}
	return t, nil
}

// sent gives the queries as rows to be compared, without those that never left: the other side cannot have them.
func sent(entries iter.Seq2[audit.Entry, error]) iter.Seq2[reconcile.Row, error] {
	return func(yield func(reconcile.Row, error) bool) {
		var params []reconcile.Param
		for e, err := range entries {
			if err != nil {
				yield(reconcile.Row{}, err)
				return
			}
			if e.Outcome == audit.NotSent {
				continue
			}
			params = params[:0]
			for _, p := range e.Params {
				params = append(params, reconcile.Param(p))
			}
			if !yield(reconcile.Row{Ref: e.Seq, Time: e.Time, User: e.User, Method: string(e.Method), Params: params}, nil) {
				return
			}
		}
	}
}

// each calls fn for every row, until the first error or the end of ctx.
func each[T any](ctx context.Context, rows iter.Seq2[T, error], fn func(T) error) error {
	n := 0
	for r, err := range rows {
		if n++; err == nil && n%1024 == 0 && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			err = fn(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lookup finds rows of theirs again. It reads forward as long as it can: differences come in the order of time, and so
// do the rows of most logs.
type lookup struct {
	open func(ctx context.Context) (iter.Seq2[reconcile.Row, error], func(), error)
	next func() (reconcile.Row, error, bool)
	stop func()
	at   int64 // the last row read
}

// find gives the rows of refs, as far as they are there. The result is its own.
func (l *lookup) find(ctx context.Context, refs []int64) (map[int64]reconcile.Row, error) {
	if len(refs) == 0 || l.open == nil {
		return nil, nil
	}
	refs = slices.Clone(refs)
	slices.Sort(refs)
	if l.next == nil || refs[0] <= l.at {
		l.close()
		rows, done, err := l.open(ctx)
		if err != nil {
			return nil, err
		}
		next, stop := iter.Pull2(rows)
		l.next, l.stop, l.at = next, func() { stop(); done() }, -1
	}
	found := make(map[int64]reconcile.Row, len(refs))
	for n := 1; len(refs) > 0; n++ {
		r, err, ok := l.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		l.at = r.Ref
		for len(refs) > 0 && refs[0] < r.Ref {
			refs = refs[1:]
		}
		if len(refs) > 0 && refs[0] == r.Ref {
			r.Params = slices.Clone(r.Params)
			found[r.Ref], refs = r, refs[1:]
		}
		if n%1024 == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return found, nil
}

func (l *lookup) close() {
	if l.stop != nil {
		l.stop()
	}
	l.next, l.stop = nil, nil
}
