package bundle

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"iskurctl/internal/ledger"
)

// counted is a fake that counts what is read of it.
type counted struct {
	*fake
	entries, opened atomic.Int64
}

func (c *counted) Entries(ctx context.Context, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for e, err := range c.fake.Entries(ctx, from, to) {
			if c.entries.Add(1); !yield(e, err) {
				return
			}
		}
	}
}

func (c *counted) Disclosures(ctx context.Context, from, to int64) iter.Seq2[ledger.Disclosed, error] {
	return func(yield func(ledger.Disclosed, error) bool) {
		for d, err := range c.fake.Disclosures(ctx, from, to) {
			if c.opened.Add(1); !yield(d, err) {
				return
			}
		}
	}
}

// table makes rows of the entries and disclosures of r that src gives, and compares them with the log.
func table(t *testing.T, f *fake, r ledger.Range) func(ledger.Source) iter.Seq2[[]string, error] {
	return func(src ledger.Source) iter.Seq2[[]string, error] {
		return func(yield func([]string, error) bool) {
			if !yield([]string{"seq"}, nil) {
				return
			}
			next, stop := iter.Pull2(src.Disclosures(t.Context(), r.From, r.To))
			defer stop()
			want := r.From
			for e, err := range src.Entries(t.Context(), r.From, r.To) {
				if err != nil {
					yield(nil, err)
					return
				}
				if e.Seq != want || !bytes.Equal(e.Leaf, f.leaf(nil, e.Seq)) {
					t.Errorf("entry %d instead of %d, or another", e.Seq, want)
				}
				want++
				if e.Seq%2 == 0 {
					if d, err, ok := next(); err != nil || !ok || d.Seq != e.Seq || !bytes.Equal(d.SD, f.sd(nil, e.Seq)) {
						t.Errorf("disclosures of %d: %d %v %v", e.Seq, d.Seq, err, ok)
					}
				}
				if !yield([]string{strconv.FormatInt(e.Seq, 10)}, nil) {
					return
				}
			}
			if _, _, more := next(); more || want != r.To {
				t.Errorf("it ends at %d", want)
			}
		}
	}
}

func TestTheTableIsMadeOfWhatIsReadForTheBundle(t *testing.T) {
	for name, r := range map[string]ledger.Range{"all": {From: 0, To: 70000}, "a part": {From: 300, To: 40001}, "one entry": {From: 512, To: 513}} {
		t.Run(name, func(t *testing.T) {
			c := &counted{fake: newFake(t, 70000)}
			o := c.options()
			o.Range, o.Records = &r, table(t, c.fake, r)
			s, err := Write(t.Context(), filepath.Join(t.TempDir(), "bag"), c, o)
			if err != nil || s.Records != r.To-r.From {
				t.Fatal(err, s.Records)
			}
			if n := c.entries.Load(); n != s.Entries {
				t.Errorf("%d entries were read for the %d of the bundle", n, s.Entries)
			}
			if n := c.opened.Load(); n != s.Disclosures {
				t.Errorf("%d disclosures were opened for the %d of the bundle", n, s.Disclosures)
			}
		})
	}
}

// Who makes the table may ask otherwise than for a part of the bundle, twice, or give up in between.
func TestATableMayBeMadeInAnyWay(t *testing.T) {
	f := newFake(t, 70000)
	enough := errors.New("enough")
	for name, c := range map[string]struct {
		records func(ledger.Source) iter.Seq2[[]string, error]
		want    error
	}{
		"of entries that the bundle has not": {table(t, f, ledger.Range{From: 0, To: 69000}), nil},
		"twice": {func(src ledger.Source) iter.Seq2[[]string, error] {
			return func(yield func([]string, error) bool) {
				for range 2 {
					for row, err := range table(t, f, ledger.Range{From: 1024, To: 9000})(src) {
						if !yield(row, err) {
							return
						}
					}
				}
			}
		}, nil},
		"of the first entries": {func(src ledger.Source) iter.Seq2[[]string, error] {
			return func(yield func([]string, error) bool) {
				for e, err := range src.Entries(t.Context(), 1024, 50000) {
					if e.Seq == 2000 || !yield([]string{"x"}, err) {
						return
					}
				}
			}
		}, nil},
		"not at all": {func(src ledger.Source) iter.Seq2[[]string, error] {
			return func(yield func([]string, error) bool) {
				for range src.Entries(t.Context(), 1024, 50000) {
					yield(nil, enough)
					return
				}
			}
		}, enough},
	} {
		t.Run(name, func(t *testing.T) {
			o := f.options()
			o.Range, o.Records = &ledger.Range{From: 1024, To: 60000}, c.records
			dir := filepath.Join(t.TempDir(), "bag")
			if s, err := Write(t.Context(), dir, f, o); !errors.Is(err, c.want) || err == nil && s.Entries != 60160-1024 {
				t.Error(err, s.Entries)
			}
		})
	}
}
