package reconcile

import (
	"context"
	"iter"
	"math"
	"time"
)

// dayMS is how far apart (ms) the same query may stand on both sides and still be taken for one.
const dayMS = 24 * 60 * 60 * 1000

// Engine compares two logs, once: add the rows of both sides in any order, then Compare, then Close. It is not safe for
// concurrent use.
type Engine struct {
	scratch *scratch
	tagger  *tagger
	window  int64 // ms

	ours, named, wild *sorter // named: theirs with a user; wild: theirs without
	from, to          int64   // ms: what lies outside is only looked at
	started           bool
	offsets           offsets
	summary           Summary
	found             *sorter
}

// New makes an engine. dir is where it may make a folder for its temporary files. key makes the tags: 32 random bytes of
// this run, or the key that both parties hold. window is up to how far apart the times of a pair may be, in whole
// milliseconds. Errors: class Usage, exchange_key_short, and window_invalid outside 0 to 24 hours.
func New(dir string, key []byte, window time.Duration) (*Engine, error) {
	t, err := newTagger(key)
	if err != nil {
		return nil, err
	}
	if err := CheckWindow(window); err != nil {
		return nil, err
	}
	s := newScratch(dir)
	return &Engine{
		scratch: s, tagger: t, window: window.Milliseconds(),
		ours: s.sorter(atFull), named: s.sorter(atFull), wild: s.sorter(atParams),
		from: math.MinInt64, to: math.MaxInt64,
	}, nil
}

// AddOurs adds a row of our log; queries that were never sent must be left out. The errors of all Add methods are class
// Store, reconcile_scratch.
func (e *Engine) AddOurs(r Row) error { return e.AddOursTagged(r.Time, r.Ref, e.tagger.row(r)) }

// AddTheirs adds a row of theirs.
func (e *Engine) AddTheirs(r Row) error { return e.AddTheirsTagged(r.Time, r.Ref, e.tagger.row(r)) }

// AddOursTagged adds a row of our log by its tags, made with the same key.
func (e *Engine) AddOursTagged(t time.Time, ref int64, tags Tags) error {
	if e.ours.n == 0 && e.named.n == 0 && e.wild.n > 0 {
		e.ours.at = atParams // no row of theirs has a user: the first comparison will be by this key
	}
	r := newRecord(t, ref, tags)
	return e.ours.add(&r)
}

// AddTheirsTagged adds a row of theirs by its tags, made with the same key.
func (e *Engine) AddTheirsTagged(t time.Time, ref int64, tags Tags) error {
	r := newRecord(t, ref, tags)
	if tags.HasUser {
		return e.named.add(&r)
	}
	return e.wild.add(&r)
}

// Period limits the comparison to the times from first to last, both included. Rows outside take part as counterparts,
// but what they lack is no difference: the two logs are never cut at the same instant. Give the rows of up to a day
// around the period as well.
func (e *Engine) Period(first, last time.Time) { e.from, e.to = first.UnixMilli(), last.UnixMilli() }

// step is one of the comparisons that the rows left over go through.
type step struct {
	class Code // of its pairs; "" for the rows that match
	at    int  // the key
	wild  bool // of the rows of theirs without a user
	reach func(window int64) int64
}

func withinWindow(window int64) int64 { return window }
func withinDay(int64) int64           { return dayMS }

func steps() []step {
	return []step{
		{class: "", at: atFull, reach: withinWindow},
		{class: "", at: atParams, wild: true, reach: withinWindow},
		{class: TimeDiff, at: atFull, reach: withinDay},
		{class: TimeDiff, at: atParams, wild: true, reach: withinDay},
		{class: ParamDiff, at: atUser, reach: withinWindow},
		{class: ParamDiff, at: atMethod, wild: true, reach: withinWindow},
		{class: UserDiff, at: atParams, reach: withinWindow},
	}
}

// Compare gives the differences, ordered by code, then by time. The first error ends it: class Store, reconcile_scratch,
// or the context's.
func (e *Engine) Compare(ctx context.Context) iter.Seq2[Difference, error] {
	return func(yield func(Difference, error) bool) {
		if e.started {
			yield(Difference{}, faultTwice())
			return
		}
		e.started = true
		if err := e.compare(ctx); err != nil {
			yield(Difference{}, err)
			return
		}
		in, err := e.found.sorted()
		for n := 0; err == nil; n++ {
			var r *record
			if n%1024 == 0 && ctx.Err() != nil {
				err = ctx.Err()
			} else if r, err = in.next(); err == nil {
				if r == nil || !yield(r.difference(), nil) {
					return
				}
			}
		}
		yield(Difference{}, err)
	}
}

// Summary counts what Compare has found; it is complete once Compare gave its first difference, or ended.
func (e *Engine) Summary() Summary { return e.summary }

// Close removes the temporary files. Error: class Store.
func (e *Engine) Close() error { return e.scratch.close() }

func (e *Engine) compare(ctx context.Context) error {
	e.found = e.scratch.sorter(atClass)
	e.summary.Ours, e.summary.Theirs = e.ours.n, e.named.n+e.wild.n
	for i, s := range steps() {
		if err := e.run(ctx, i, s); err != nil {
			return err
		}
	}
	for _, rest := range []struct {
		side int
		rows *sorter
	}{{ours, e.ours}, {theirs, e.named}, {theirs, e.wild}} {
		if err := e.report(ctx, rest.side, rest.rows); err != nil {
			return err
		}
	}
	if e.summary.OffsetMS = e.offsets.median(); e.summary.OffsetMS != nil && *e.summary.OffsetMS != 0 {
		f := newFinding(ClockOffset, nil, nil)
		f[atFlags] |= hasOffset
		f.put(atOffset, *e.summary.OffsetMS)
		return e.found.add(&f)
	}
	return nil
}

// run holds what is left of both sides against each other.
func (e *Engine) run(ctx context.Context, i int, s step) (err error) {
	other := &e.named
	if s.wild {
		other = &e.wild
	}
	if e.ours.n == 0 || (*other).n == 0 {
		return nil
	}
	m := &matcher{at: s.at, reach: s.reach(e.window)}
	var left [2]*sorter
	for side, in := range []**sorter{&e.ours, other} {
		if *in, err = (*in).by(ctx, s.at); err != nil {
			return err
		}
		if m.in[side], err = (*in).sorted(); err != nil {
			return err
		}
		left[side] = e.scratch.sorter(e.next(i, side == ours || s.wild, side == ours || !s.wild))
	}
	m.pair = func(a, b *record) error { return e.pair(s.class, a, b) }
	m.single = func(side int, r *record, near bool) error {
		if s.class != "" {
			return left[side].add(r)
		}
		if near {
			r[atFlags] |= surplus
		}
		// A row of ours may still find its pair among those without a user.
		if r[atFlags]&surplus != 0 && (side == theirs || s.wild || e.wild.n == 0) {
			return e.alone(Duplicate, side, r)
		}
		return left[side].add(r)
	}
	if s.class == "" {
		m.unique = e.offsets.add
	}
	if err := m.run(ctx); err != nil {
		return err
	}
	e.ours.close()
	(*other).close()
	e.ours, *other = left[ours], left[theirs]
	return nil
}

// next gives the key by which the rows left over from step i will be wanted, as far as that can be told.
func (e *Engine) next(i int, wild, named bool) int {
	all := steps()
	for _, s := range all[i+1:] {
		if s.wild && wild && e.wild.n > 0 || !s.wild && named && e.named.n > 0 {
			return s.at
		}
	}
	return all[i].at
}

// within reports whether a row lies in the period.
func (e *Engine) within(r *record) bool { return r.time() >= e.from && r.time() <= e.to }

// pair notes two rows that belong together.
func (e *Engine) pair(class Code, a, b *record) error {
	if !e.within(a) && !e.within(b) {
		e.summary.Ours--
		e.summary.Theirs--
		return nil
	}
	if class == "" {
		e.summary.Matched++
		return nil
	}
	*e.summary.count(class)++
	f := newFinding(class, a, b)
	return e.found.add(&f)
}

// alone notes a row without a counterpart.
func (e *Engine) alone(class Code, side int, r *record) error {
	if !e.within(r) {
		if side == ours {
			e.summary.Ours--
		} else {
			e.summary.Theirs--
		}
		return nil
	}
	*e.summary.count(class)++
	f := newFinding(class, r, nil)
	if side == theirs {
		f = newFinding(class, nil, r)
	}
	return e.found.add(&f)
}

// report notes the rows that nothing explains.
func (e *Engine) report(ctx context.Context, side int, rows *sorter) error {
	in, err := rows.sorted()
	if err != nil {
		return err
	}
	class := OnlyOurs
	if side == theirs {
		class = OnlyTheirs
	}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r, err := in.next()
		if err != nil {
			return err
		}
		if r == nil {
			rows.close()
			return nil
		}
		if err := e.alone(class, side, r); err != nil {
			return err
		}
	}
}
