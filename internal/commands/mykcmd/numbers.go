package mykcmd

import (
	"context"
	"iter"
	"strconv"
	"strings"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/myk"
	"iskurctl/internal/output"
	"iskurctl/internal/query"
	"iskurctl/internal/tckn"
)

func one(c myk.Certificate) []myk.Certificate { return []myk.Certificate{c} }

// numbers asks by number: a single one directly, more than one as a batch that can be resumed.
func (o *lookupOptions) numbers(ctx context.Context, args []string) error {
	skipped := &skipped{}
	next, stop := iter.Pull2(o.checked(ctx, args, skipped))
	defer stop()
	first, rest, err := peekTwo(next)
	if err != nil {
		return err
	}
	if len(first) == 0 {
		return o.nobody(ctx, skipped)
	}
	if len(first) == 1 && o.job == "" && !o.resume && o.rejects == "" {
		skipped.say(o.d)
		return o.single(ctx, first[0].KimlikNo)
	}
	return o.batch(ctx, chain(first, rest), skipped)
}

// checked streams the numbers that pass their check. One that does not is an error before any row or call, unless
// --skip-invalid leaves it out. Blank lines of a file are skipped.
func (o *lookupOptions) checked(ctx context.Context, args []string, left *skipped) iter.Seq2[query.Numbered, error] {
	return func(yield func(query.Numbered, error) bool) {
		for v, err := range o.source.Values(ctx, args) {
			switch {
			case err != nil:
				yield(query.Numbered{}, err)
				return
			case v.Text == "" && o.source.File != "":
				continue
			case tckn.Check(v.Text).Valid():
				if !yield(query.Numbered{Line: v.Line, KimlikNo: v.Text}, nil) {
					return
				}
			case o.skipInvalid:
				left.add(v.Line)
			default:
				yield(query.Numbered{}, o.source.InvalidNumber(v.Line))
				return
			}
		}
	}
}

// peekTwo reads on until two different numbers are known: whether one or many were asked decides the exit code.
func peekTwo(next func() (query.Numbered, error, bool)) (first []query.Numbered, rest func() (query.Numbered, error, bool), err error) {
	for len(first) < 2 {
		n, err, ok := next()
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			break
		}
		if len(first) == 1 && first[0].KimlikNo == n.KimlikNo {
			continue
		}
		first = append(first, n)
	}
	return first, next, nil
}

func chain(first []query.Numbered, next func() (query.Numbered, error, bool)) iter.Seq2[query.Numbered, error] {
	return func(yield func(query.Numbered, error) bool) {
		for _, n := range first {
			if !yield(n, nil) {
				return
			}
		}
		for {
			n, err, ok := next()
			if !ok || !yield(n, err) || err != nil {
				return
			}
		}
	}
}

func (o *lookupOptions) nobody(ctx context.Context, left *skipped) error {
	if !o.allowEmpty {
		left.say(o.d)
		return cmdkit.NoNumbers(left.count).WithHint(i18n.T("numarasız bir dosya beklenen bir durumsa: --allow-empty", "if a file without numbers is expected: --allow-empty"))
	}
	left.say(o.d)
	return o.out.Emit(ctx, func(*output.Sink) error { return nil })
}

// single asks for one person; no certificate is exit 3.
func (o *lookupOptions) single(ctx context.Context, kimlikNo string) error {
	return o.out.Emit(ctx, func(s *output.Sink) error {
		service, err := o.d.Query(ctx, o.query.QueryOptions)
		if err != nil {
			return err
		}
		a, err := service.Number(ctx, kimlikNo)
		if err != nil {
			return err
		}
		var odd oddities
		odd.see(a.Notes)
		odd.say(o.d)
		if err := o.write(s, a); err != nil {
			return err
		}
		if len(a.Certificates) == 0 {
			return noCertificate()
		}
		return nil
	})
}

func noCertificate() error {
	return fault.New(fault.Negative, "certificate_none", i18n.T("bu kişinin MYK belgesi yok", "this person holds no MYK certificate"))
}

// skipped remembers which lines --skip-invalid left out.
type skipped struct {
	count int64
	lines []string // the first thousand, for -v
}

func (s *skipped) add(line int64) {
	s.count++
	if len(s.lines) < 1000 {
		s.lines = append(s.lines, strconv.FormatInt(line, 10))
	}
}

func (s *skipped) say(d *cmdkit.Deps) {
	if s.count == 0 {
		return
	}
	t := i18n.Tf("%d geçersiz numara atlandı", "invalid numbers left out: %d", s.count)
	if d.Globals.Verbose > 0 {
		t = i18n.Join(": ", t, i18n.Tf("satır %s", "line %s", strings.Join(s.lines, ", ")))
	}
	d.Warn(t)
}
