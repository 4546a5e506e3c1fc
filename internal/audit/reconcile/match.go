package reconcile

import (
	"bytes"
	"context"
)

// The sides.
const (
	ours = iota
	theirs
)

const (
	// clusterRows is how many rows a side may have in a cluster that is solved as a whole.
	clusterRows = 64
	// pairWorth is worth more than all distances of a cluster together: 64 pairs a day apart are 6·10⁹ ms.
	pairWorth = 1 << 40
	// uniqueReach is up to how far apart (ms) two unique rows tell about the clocks: farther, they are two queries.
	uniqueReach = 60 * 60 * 1000
)

// matcher pairs the rows of two sorted streams one to one: same key, times at most reach ms apart, as many pairs as
// possible.
//
// On a line this is easy: taking the earliest two rows that may pair, and else leaving the earlier one alone, gives the
// most pairs, since a later row can do nothing for it that the earliest cannot. Rows between which there is a gap wider
// than reach can never pair, so a key falls into clusters. A small cluster is solved as a whole, which gives among all
// largest sets of pairs one of the least total distance (pairs that cross can be uncrossed without loss). A large one,
// such as a query without parameters that is repeated every second, is taken in the order of time, in no memory.
type matcher struct {
	at    int
	reach int64
	in    [2]*merge

	pair   func(ours, theirs *record) error
	single func(side int, r *record, surplus bool) error
	unique func(offset int64) // a key that each side has once; may be nil

	head    [2]*record
	key     Tag
	count   [2]int   // rows of the key
	last    [2]int64 // time of the newest row of the key that was taken from the stream
	cluster [2][]record
	best    []int64
}

func (m *matcher) run(ctx context.Context) error {
	for side := range m.head {
		if err := m.advance(side); err != nil {
			return err
		}
	}
	for n := 0; m.head[ours] != nil || m.head[theirs] != nil; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		m.begin()
		full, err := m.collect()
		if err == nil && full {
			err = m.inOrder(ctx)
		} else if err == nil {
			err = m.solve()
		}
		if err != nil {
			return err
		}
	}
	m.tellUnique()
	return nil
}

// begin looks whether the next row begins a new key.
func (m *matcher) begin() {
	first := m.head[ours]
	if first == nil || m.head[theirs] != nil && compare(m.head[theirs], first, m.at) < 0 {
		first = m.head[theirs]
	}
	if !bytes.Equal(first.key(m.at), m.key[:]) || m.count == [2]int{} {
		m.tellUnique()
		m.key = Tag(first.key(m.at))
		m.count = [2]int{}
	}
}

func (m *matcher) tellUnique() {
	if m.unique == nil || m.count != [2]int{1, 1} {
		return
	}
	if d := m.last[theirs] - m.last[ours]; distance(d) <= uniqueReach {
		m.unique(d)
	}
}

// advance takes the next row of a side from its stream.
func (m *matcher) advance(side int) (err error) {
	m.head[side], err = m.in[side].next()
	return err
}

// here reports whether the head of a side belongs to the key.
func (m *matcher) here(side int) bool {
	return m.head[side] != nil && bytes.Equal(m.head[side].key(m.at), m.key[:])
}

// take notes the head of a side as a row of the key.
func (m *matcher) take(side int) {
	m.count[side]++
	m.last[side] = m.head[side].time()
}

// collect reads a cluster, in the order of time; full says that it does not fit.
func (m *matcher) collect() (full bool, err error) {
	m.cluster[ours], m.cluster[theirs] = m.cluster[ours][:0], m.cluster[theirs][:0]
	for end, first := int64(0), true; ; first = false {
		side := ours
		if !m.here(ours) || m.here(theirs) && m.head[theirs].time() < m.head[ours].time() {
			side = theirs
		}
		if !m.here(side) || !first && m.head[side].time()-end > m.reach {
			return false, nil
		}
		if len(m.cluster[side]) == clusterRows {
			return true, nil
		}
		end = m.head[side].time()
		m.take(side)
		m.cluster[side] = append(m.cluster[side], *m.head[side])
		if err := m.advance(side); err != nil {
			return false, err
		}
	}
}

// solve pairs a cluster that was read whole.
func (m *matcher) solve() error {
	a, b := m.cluster[ours], m.cluster[theirs]
	m.weigh(a, b)
	width := len(b) + 1
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		here := m.best[i*width+j]
		switch d := distance(a[i].time() - b[j].time()); {
		case d <= m.reach && here == m.best[(i+1)*width+j+1]+pairWorth-d:
			if err := m.pair(&a[i], &b[j]); err != nil {
				return err
			}
			i, j = i+1, j+1
		case here == m.best[(i+1)*width+j]:
			if err := m.alone(ours, &a[i], b); err != nil {
				return err
			}
			i++
		default:
			if err := m.alone(theirs, &b[j], a); err != nil {
				return err
			}
			j++
		}
	}
	for ; i < len(a); i++ {
		if err := m.alone(ours, &a[i], b); err != nil {
			return err
		}
	}
	for ; j < len(b); j++ {
		if err := m.alone(theirs, &b[j], a); err != nil {
			return err
		}
	}
	return nil
}

// weigh fills best[i][j]: what the rows from i and from j on are worth together.
func (m *matcher) weigh(a, b []record) {
	width := len(b) + 1
	if need := (len(a) + 1) * width; cap(m.best) < need {
		m.best = make([]int64, need)
	} else {
		m.best = m.best[:need]
	}
	for i := len(a); i >= 0; i-- {
		for j := len(b); j >= 0; j-- {
			if i == len(a) || j == len(b) {
				m.best[i*width+j] = 0
				continue
			}
			v := max(m.best[(i+1)*width+j], m.best[i*width+j+1])
			if d := distance(a[i].time() - b[j].time()); d <= m.reach {
				v = max(v, m.best[(i+1)*width+j+1]+pairWorth-d)
			}
			m.best[i*width+j] = v
		}
	}
}

// alone gives out a row without a pair. It is surplus when the other side has a row within reach: as many pairs as
// possible were made, so that one has its pair.
func (m *matcher) alone(side int, r *record, others []record) error {
	near := false
	for i := range others {
		near = near || distance(others[i].time()-r.time()) <= m.reach
	}
	return m.single(side, r, near)
}

// inOrder pairs the rest of the key, what collect has read of it included, in the order of time.
//
// Here, too, a row is surplus when the other side has a row within reach. When it is left alone, the next row of the
// other side lies beyond reach, and the one before was taken by a row that is not later than this one.
func (m *matcher) inOrder(ctx context.Context) error {
	var read, seen [2]int
	var last [2]int64
	peek := func(side int) *record {
		if read[side] < len(m.cluster[side]) {
			return &m.cluster[side][read[side]]
		}
		if m.here(side) {
			return m.head[side]
		}
		return nil
	}
	step := func(side int) error {
		seen[side]++
		last[side] = peek(side).time()
		if read[side] < len(m.cluster[side]) {
			read[side]++
			return nil
		}
		m.take(side)
		return m.advance(side)
	}
	leave := func(side int) error {
		r, other := peek(side), 1-side
		if err := m.single(side, r, seen[other] > 0 && distance(r.time()-last[other]) <= m.reach); err != nil {
			return err
		}
		return step(side)
	}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		a, b := peek(ours), peek(theirs)
		var err error
		switch {
		case a == nil && b == nil:
			return nil
		case a != nil && b != nil && distance(a.time()-b.time()) <= m.reach:
			if err = m.pair(a, b); err == nil {
				err = step(ours)
			}
			if err == nil {
				err = step(theirs)
			}
		case b == nil || a != nil && a.time() < b.time():
			err = leave(ours)
		default:
			err = leave(theirs)
		}
		if err != nil {
			return err
		}
	}
}

func distance(d int64) int64 { return max(d, -d) }
