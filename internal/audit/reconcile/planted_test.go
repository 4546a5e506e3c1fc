package reconcile

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// plant makes a log and the other party's, with so many differences of each kind, none of which may be taken for another:
// queries lie 10 s apart, so that no two of them meet within the window.
type plant struct {
	a, b []Row
	want map[Code]int64
	rnd  *rand.Rand
	ref  int64
	ms   int64
}

func (p *plant) query(user bool) Row {
	p.ref++
	p.ms += 10_000 + p.rnd.Int64N(3000)
	r := row(p.ref, p.ms, "user"+strconv.Itoa(p.rnd.IntN(5)), byNumber, "KIMLIK_NO", number(p.rnd.IntN(100)), "SIRA", strconv.FormatInt(p.ref, 10))
	if !user {
		r.User = ""
	}
	return r
}

// late is the same query in the other log: a while away, within the window.
func (p *plant) late(r Row) Row {
	r.Ref += 1_000_000
	r.Time = r.Time.Add(time.Duration(p.rnd.IntN(1900)-900) * time.Millisecond)
	r.Params = slices.Clone(r.Params)
	return r
}

func (p *plant) add(c Code, named bool) {
	r := p.query(true)
	o := p.late(r)
	if !named {
		o.User = ""
	}
	p.want[c]++
	switch c {
	case OnlyOurs:
		p.a = append(p.a, r)
		return
	case OnlyTheirs:
		p.b = append(p.b, o)
		return
	case ParamDiff:
		o.Params[0].Value = "0"
	case UserDiff:
		o.User = "another"
	case TimeDiff:
		o.Time = o.Time.Add(time.Duration(4+p.rnd.IntN(80_000)) * time.Second)
	case Duplicate:
		d := r
		d.Ref += 2_000_000
		if p.rnd.IntN(2) == 0 {
			p.a = append(p.a, d)
		} else {
			d.User = o.User
			p.b = append(p.b, d)
		}
	}
	p.a, p.b = append(p.a, r), append(p.b, o)
}

func TestPlantedDifferencesAreFoundAndNamed(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		named := rapid.Bool().Draw(t, "theirs has users")
		p := &plant{want: map[Code]int64{}, rnd: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))}
		same := rapid.IntRange(0, 60).Draw(t, "same")
		var wanted []Code
		for _, c := range []Code{OnlyOurs, OnlyTheirs, ParamDiff, UserDiff, TimeDiff, Duplicate} {
			if c == UserDiff && !named {
				continue
			}
			for range rapid.IntRange(0, 8).Draw(t, string(c)) {
				wanted = append(wanted, c)
			}
		}
		for range same {
			wanted = append(wanted, "")
		}
		p.rnd.Shuffle(len(wanted), func(i, j int) { wanted[i], wanted[j] = wanted[j], wanted[i] })
		for _, c := range wanted {
			p.add(c, named)
		}
		for _, list := range [][]Row{p.a, p.b} {
			p.rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		e, err := New(dir, testKey, window)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = e.Close() }()
		if rapid.Bool().Draw(t, "on disk") {
			e.scratch.runRows, e.scratch.fan = 5, 3
		}
		compareLogs(t, e, p.a, p.b)
		s := e.Summary()
		got := map[Code]int64{OnlyOurs: s.OnlyOurs, OnlyTheirs: s.OnlyTheirs, ParamDiff: s.ParamDiff, UserDiff: s.UserDiff, TimeDiff: s.TimeDiff, Duplicate: s.Duplicate}
		for c, n := range got {
			if n != p.want[c] {
				t.Errorf("%s: found %d, planted %d", c, n, p.want[c])
			}
		}
		if want := p.want[""] + p.want[Duplicate]; s.Matched != want {
			t.Errorf("matched %d, want %d", s.Matched, want)
		}
	})
}

func TestTheResultDoesNotDependOnTheKeyOrTheOrder(t *testing.T) {
	p := &plant{want: map[Code]int64{}, rnd: rand.New(rand.NewPCG(3, 4))}
	for range 40 {
		for _, c := range []Code{"", OnlyOurs, OnlyTheirs, ParamDiff, UserDiff, TimeDiff, Duplicate} {
			p.add(c, c == UserDiff || p.rnd.IntN(4) > 0)
		}
	}
	first := compareLogs(t, engine(t), p.a, p.b)
	e, err := New(t.TempDir(), bytes.Repeat([]byte{9}, 40), window)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	e.scratch.runRows, e.scratch.fan = 16, 2
	slices.Reverse(p.a)
	slices.Reverse(p.b)
	if second := compareLogs(t, e, p.a, p.b); !slices.Equal(first, second) || len(first) < 200 {
		t.Errorf("%d and %d differences", len(first), len(second))
	}
}
