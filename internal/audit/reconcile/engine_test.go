package reconcile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/tckn"
)

func contextOf() context.Context { return context.Background() }

var testKey = bytes.Repeat([]byte{7}, keySize)

const (
	byNumber = "TCKimlikNoIleBelgeSorgulama"
	byRange  = "TarihAraligiIleBelgeSorgulama"
	window   = 2 * time.Second
)

func at(ms int64) time.Time {
	return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC).Add(time.Duration(ms) * time.Millisecond)
}

// number gives one of the hundred synthetic TC numbers.
func number(i int) string { return tckn.Complete(100000000 + i%100) }

func row(ref, ms int64, user, method string, params ...string) Row {
	r := Row{Ref: ref, Time: at(ms), User: user, Method: method}
	for i := 0; i+1 < len(params); i += 2 {
		r.Params = append(r.Params, Param{params[i], params[i+1]})
	}
	return r
}

// compareLogs compares two logs and gives the differences in short: code, refs, offset.
func compareLogs(t fataler, e *Engine, a, b []Row) []string {
	for _, r := range b {
		if err := e.AddTheirs(r); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range a {
		if err := e.AddOurs(r); err != nil {
			t.Fatal(err)
		}
	}
	return found(t, e)
}

func found(t fataler, e *Engine) (list []string) {
	for d, err := range e.Compare(contextOf()) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, short(d))
	}
	return list
}

func short(d Difference) string {
	s := string(d.Code[:3])
	for _, v := range []*int64{d.Ours, d.Theirs, d.OffsetMS} {
		if v == nil {
			s += " -"
		} else {
			s += " " + strconv.FormatInt(*v, 10)
		}
	}
	return s
}

func engine(t interface {
	fataler
	TempDir() string
	Cleanup(func())
}) *Engine {
	e, err := New(t.TempDir(), testKey, window)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func TestEveryKindOfDifference(t *testing.T) {
	tc := func(i int) []string { return []string{"KIMLIK_NO", number(i)} }
	q := func(ref, ms int64, user string, i int) Row { return row(ref, ms, user, byNumber, tc(i)...) }
	for _, c := range []struct {
		name string
		a, b []Row
		want []string
	}{
		{"nothing", nil, nil, nil},
		{"the same", []Row{q(1, 0, "ayse", 1)}, []Row{q(9, 0, "ayse", 1)}, nil},
		{"params in another order", []Row{row(1, 0, "a", byRange, "X", "1", "Y", "2")}, []Row{row(9, 0, "a", byRange, "Y", "2", "X", "1")}, nil},
		{"at the edge of the window", []Row{q(1, 0, "ayse", 1)}, []Row{q(9, 2000, "ayse", 1)}, []string{"V96 - - 2000"}},
		{"beyond the window", []Row{q(1, 0, "ayse", 1)}, []Row{q(9, 2001, "ayse", 1)}, []string{"V94 1 9 2001", "V96 - - 2001"}},
		{"a day apart", []Row{q(1, 0, "ayse", 1)}, []Row{q(9, dayMS, "ayse", 1)}, []string{"V94 1 9 86400000"}},
		{"more than a day", []Row{q(1, 0, "ayse", 1)}, []Row{q(9, dayMS+1, "ayse", 1)}, []string{"V90 1 - -", "V91 - 9 -"}},
		{"ours only", []Row{q(1, 0, "ayse", 1)}, nil, []string{"V90 1 - -"}},
		{"theirs only", nil, []Row{q(9, 0, "ayse", 1)}, []string{"V91 - 9 -"}},
		{"other params", []Row{q(1, 0, "ayse", 1)}, []Row{q(9, 5, "ayse", 2)}, []string{"V92 1 9 5"}},
		{"other params, other time", []Row{q(1, 0, "ayse", 1)}, []Row{q(9, 2001, "ayse", 2)}, []string{"V90 1 - -", "V91 - 9 -"}},
		{"another user", []Row{q(1, 0, "ayse", 1)}, []Row{q(9, -5, "fatma", 1)}, []string{"V93 1 9 -5"}},
		{"another method", []Row{row(1, 0, "a", byNumber)}, []Row{row(9, 0, "a", byRange)}, []string{"V90 1 - -", "V91 - 9 -"}},
		{"ours twice", []Row{q(1, 0, "ayse", 1), q(2, 100, "ayse", 1)}, []Row{q(9, 90, "ayse", 1)}, []string{"V95 1 - -"}},
		{"theirs three times", []Row{q(1, 0, "ayse", 1)}, []Row{q(7, 0, "ayse", 1), q(8, 0, "ayse", 1), q(9, 1, "ayse", 1)}, []string{"V95 - 8 -", "V95 - 9 -"}},
		{"a duplicate is no time difference", []Row{q(1, 0, "ayse", 1), q(2, 1000, "ayse", 1)}, []Row{q(8, 0, "ayse", 1), q(9, 60000, "ayse", 1)}, []string{"V91 - 9 -", "V95 2 - -"}},
		{"params before user", []Row{q(1, 0, "ayse", 1)}, []Row{q(8, 0, "ayse", 2), q(9, 0, "fatma", 1)}, []string{"V91 - 9 -", "V92 1 8 0"}},
		{"twice the same is twice a pair", []Row{q(1, 0, "ayse", 1), q(2, 10, "ayse", 1)}, []Row{q(8, 0, "ayse", 1), q(9, 10, "ayse", 1)}, nil},
		{"no user in theirs", []Row{q(1, 0, "ayse", 1), q(2, 0, "fatma", 2)}, []Row{q(8, 0, "", 1), q(9, 0, "", 2)}, nil},
		{"no user, other params", []Row{q(1, 0, "ayse", 1)}, []Row{q(8, 7, "", 2)}, []string{"V92 1 8 7"}},
		{"no user, other time", []Row{q(1, 0, "ayse", 1)}, []Row{q(8, 5000, "", 1)}, []string{"V94 1 8 5000", "V96 - - 5000"}},
		{"no user, a duplicate of theirs", []Row{q(1, 0, "ayse", 1)}, []Row{q(8, 0, "", 1), q(9, 1, "", 1)}, []string{"V95 - 9 -"}},
		{"no user, a duplicate of ours", []Row{q(1, 0, "ayse", 1), q(2, 1, "ayse", 1)}, []Row{q(9, 0, "", 1)}, []string{"V95 2 - -"}},
		{"no user, only one side", []Row{q(1, 0, "ayse", 1)}, []Row{q(9, 9000, "", 2)}, []string{"V90 1 - -", "V91 - 9 -"}},
		{"those with a user first", []Row{q(1, 0, "ayse", 1), q(2, 0, "fatma", 1)}, []Row{q(8, 0, "", 1), q(9, 0, "ayse", 1)}, nil},
		{"a surplus row finds its pair among those without a user", []Row{q(1, 0, "ayse", 1), q(2, 5, "ayse", 1)}, []Row{q(8, 0, "ayse", 1), q(9, 5, "", 1)}, nil},
		{"a user difference needs a user", []Row{q(1, 0, "ayse", 1)}, []Row{q(8, 0, "fatma", 1), q(9, 0, "", 3)}, []string{"V91 - 8 -", "V92 1 9 0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := engine(t)
			if got := compareLogs(t, e, c.a, c.b); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			s := e.Summary()
			both := s.Matched + s.TimeDiff + s.ParamDiff + s.UserDiff
			if s.Ours != int64(len(c.a)) || s.Theirs != int64(len(c.b)) || s.Ours+s.Theirs != 2*both+s.OnlyOurs+s.OnlyTheirs+s.Duplicate {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestAClockOffsetCountsBeyondTheWindowOnly(t *testing.T) {
	ms := func(v int64) *int64 { return &v }
	for _, c := range []struct {
		d    Difference
		want bool
	}{
		{Difference{Code: ClockOffset, OffsetMS: ms(2000)}, false}, {Difference{Code: ClockOffset, OffsetMS: ms(-2000)}, false},
		{Difference{Code: ClockOffset, OffsetMS: ms(2001)}, true}, {Difference{Code: ClockOffset, OffsetMS: ms(-2001)}, true},
		{Difference{Code: TimeDiff, OffsetMS: ms(5)}, true}, {Difference{Code: OnlyOurs}, true},
	} {
		if c.d.Counts(window) != c.want {
			t.Errorf("%+v", c.d)
		}
	}
}

func TestOutsideThePeriodNothingIsMissing(t *testing.T) {
	e := engine(t)
	e.Period(at(0), at(10000))
	q := func(ref, ms int64, i int) Row { return row(ref, ms, "ayse", byNumber, "KIMLIK_NO", number(i)) }
	got := compareLogs(t, e,
		[]Row{q(1, -500, 1), q(2, -600, 2), q(3, -700, 2), q(4, 10001, 3), q(5, -900, 4), q(6, 5000, 5), q(7, -1000, 6)},
		[]Row{q(11, 20, 1), q(12, -600, 2), q(13, 10400, 7), q(14, 7500, 8), q(15, -1001, 9)})
	if want := []string{"V90 6 - -", "V91 - 14 -", "V96 - - 520"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if s := e.Summary(); s.Ours != 2 || s.Theirs != 2 || s.Matched != 1 {
		t.Errorf("%+v", s)
	}
}

func TestWhatCannotWorkIsRefused(t *testing.T) {
	for _, c := range []struct {
		key    int
		window time.Duration
		code   string
	}{{31, window, "exchange_key_short"}, {32, -1, "window_invalid"}, {32, 25 * time.Hour, "window_invalid"}, {32, 0, ""}, {32, 24 * time.Hour, ""}} {
		_, err := New(t.TempDir(), make([]byte, c.key), c.window)
		if (err == nil) != (c.code == "") || err != nil && (fault.From(err).Code != c.code || fault.ClassOf(err) != fault.Usage) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	e, err := New(filepath.Join(t.TempDir(), "missing"), testKey, window)
	if err != nil {
		t.Fatal(err)
	}
	e.scratch.runRows = 1
	_ = e.AddOurs(row(1, 0, "a", byRange))
	if err := e.AddOurs(row(2, 0, "a", byRange)); fault.ClassOf(err) != fault.Store || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestAnInterruptedComparisonEndsWithTheContextsError(t *testing.T) {
	e := engine(t)
	for i := range 10 {
		if err := e.AddTheirs(row(int64(i), int64(i), "a", byRange)); err != nil {
			t.Fatal(err)
		}
		if err := e.AddOurs(row(int64(i), int64(i), "a", byRange)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(contextOf())
	cancel()
	for _, want := range []string{context.Canceled.Error(), "reconcile_twice"} {
		n := 0
		for _, err := range e.Compare(ctx) {
			n++
			if err == nil || !(errors.Is(err, context.Canceled) && want == context.Canceled.Error() || fault.From(err).Code == want) {
				t.Errorf("%v, want %s", err, want)
			}
		}
		if n != 1 {
			t.Errorf("%d results", n)
		}
	}
}

func TestTheCallerMayStopEarly(t *testing.T) {
	e := engine(t)
	n := 0
	for i := range 10 {
		if err := e.AddOurs(row(int64(i), int64(i)*9000, "a", byRange, "N", strconv.Itoa(i))); err != nil {
			t.Fatal(err)
		}
	}
	for range e.Compare(contextOf()) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 || e.Summary().OnlyOurs != 10 {
		t.Error(n, fmt.Sprintf("%+v", e.Summary()))
	}
}
