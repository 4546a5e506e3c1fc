package auditcmd

import (
	"context"
	"errors"
	"iter"
	"testing"

	"iskurctl/internal/audit/reconcile"
)

// counting is a log of theirs with the lines 2 to 9999; it counts how often it was opened and what was read.
type counting struct{ opened, closed, read int }

func (c *counting) open(context.Context) (iter.Seq2[reconcile.Row, error], func(), error) {
	c.opened++
	params := []reconcile.Param{{Name: "N"}} // valid until the next step only
	return func(yield func(reconcile.Row, error) bool) {
		for n := int64(2); n < 10000; n++ {
			if n == 5000 { // a blank line
				continue
			}
			c.read++
			params[0].Value = string(rune('a' + n%26))
			if !yield(reconcile.Row{Ref: n, Params: params}, nil) {
				return
			}
		}
	}, func() { c.closed++ }, nil
}

func TestRowsAreFoundAgainReadingForwardAsLongAsPossible(t *testing.T) {
	c := &counting{}
	l := &lookup{open: c.open}
	for i, want := range []struct {
		refs         []int64
		opened, read int
	}{
		{[]int64{9, 2, 5}, 1, 8},
		{nil, 1, 8},
		{[]int64{10, 4000}, 1, 3999},
		{[]int64{5001, 5000}, 1, 4999}, // 5000 is not there
		{[]int64{3}, 2, 4999 + 2},      // back to the beginning
		{[]int64{4, 123456}, 2, 4999 + 9997},
		{[]int64{123457}, 2, 4999 + 9997},
	} {
		found, err := l.find(t.Context(), want.refs)
		if err != nil || c.opened != want.opened || c.read != want.read {
			t.Fatalf("step %d: %v, opened %d times, %d rows read", i, err, c.opened, c.read)
		}
		for _, ref := range want.refs {
			r, ok := found[ref]
			if there := ref < 10000 && ref != 5000; ok != there || ok && (r.Ref != ref || r.Params[0].Value != string(rune('a'+ref%26))) {
				t.Errorf("step %d: row %d: %v, %v", i, ref, r, ok)
			}
		}
	}
	l.close()
	if c.closed != c.opened {
		t.Fatalf("opened %d times, closed %d times", c.opened, c.closed)
	}
}

func TestALogThatCannotBeReadAgainGivesNoDetails(t *testing.T) {
	l := &lookup{}
	if found, err := l.find(t.Context(), []int64{1, 2}); err != nil || len(found) != 0 {
		t.Fatalf("%v, %v", found, err)
	}
	l.close()
}

func TestAFindThatIsStoppedEnds(t *testing.T) {
	l := &lookup{open: (&counting{}).open}
	defer l.close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.find(ctx, []int64{9000}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}
