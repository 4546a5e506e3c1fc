package reconcile

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"os"
	"slices"
)

const (
	// runRows is how many records are sorted in memory: 4 MiB of them.
	runRows = 48 << 10
	// runFan is how many sorted files are merged at once; so many of one level become one of the next.
	runFan = 32
	// The sizes of a buffer before it takes its full size.
	smallRows, middleRows = 256, 4096
	// readSize is the buffer of each sorted file that is being merged.
	readSize = 32 << 10
)

// sorter sorts any number of records by the key at a place of the record, then time, then Ref. Few stay in memory; more
// go to the disk in sorted runs, which are merged when they are read.
type sorter struct {
	s    *scratch
	at   int
	n    int64
	rows []record
	runs []run
}

type run struct {
	f     *os.File
	n     int64
	level int
}

// slot is a record's place in the buffer with the beginning of its key, which decides nearly every comparison.
type slot struct {
	head uint64
	at   int32
}

func (s *scratch) sorter(at int) *sorter { return &sorter{s: s, at: at} }

func (o *sorter) add(r *record) error {
	if len(o.rows) == cap(o.rows) {
		if err := o.grow(); err != nil {
			return err
		}
	}
	o.rows = append(o.rows, *r)
	o.n++
	return nil
}

// grow makes room for a record: a larger buffer, up to the full size, then the disk.
func (o *sorter) grow() error {
	switch c := cap(o.rows); {
	case c >= o.s.runRows:
		return o.spill()
	case c == 0 && o.s.runRows > middleRows:
		o.rows = make([]record, 0, smallRows)
	case c == smallRows && o.s.runRows > middleRows:
		o.rows = append(make([]record, 0, middleRows), o.rows...)
	default:
		o.rows = append(o.s.buffer(), o.rows...)
	}
	return nil
}

// sort orders the slots of the records in memory.
func (o *sorter) sort() []slot {
	slots := o.s.slots[:0]
	for i := range o.rows {
		slots = append(slots, slot{head: binary.BigEndian.Uint64(o.rows[i][o.at:]), at: int32(i)})
	}
	o.s.slots = slots
	slices.SortFunc(slots, func(a, b slot) int {
		if a.head != b.head {
			if a.head < b.head {
				return -1
			}
			return 1
		}
		return compare(&o.rows[a.at], &o.rows[b.at], o.at)
	})
	return slots
}

// spill writes the records in memory as a sorted run.
func (o *sorter) spill() error {
	slots := o.sort()
	err := o.write(0, int64(len(slots)), func(w *bufio.Writer) error {
		for _, s := range slots {
			if _, err := w.Write(o.rows[s.at][:]); err != nil {
				return faultScratch(err)
			}
		}
		return nil
	})
	o.rows = o.rows[:0]
	if err != nil {
		return err
	}
	return o.fold()
}

// write adds a run of a level.
func (o *sorter) write(level int, n int64, fill func(*bufio.Writer) error) error {
	f, err := o.s.file()
	if err != nil {
		return err
	}
	o.s.w.Reset(f)
	if err := fill(o.s.w); err != nil {
		return err
	}
	if err := o.s.w.Flush(); err != nil {
		return faultScratch(err)
	}
	o.runs = append(o.runs, run{f: f, n: n, level: level})
	return nil
}

// fold merges the newest runs while there are as many of one level as are merged at once.
func (o *sorter) fold() error {
	fan := o.s.fan
	for len(o.runs) >= fan && o.runs[len(o.runs)-fan].level == o.runs[len(o.runs)-1].level {
		old := slices.Clone(o.runs[len(o.runs)-fan:])
		o.runs = o.runs[:len(o.runs)-fan]
		m, err := newMerge(old, o.at)
		if err != nil {
			return err
		}
		n := int64(0)
		for _, r := range old {
			n += r.n
		}
		err = o.write(old[0].level+1, n, func(w *bufio.Writer) error {
			for {
				r, err := m.next()
				if err != nil || r == nil {
					return err
				}
				if _, err := w.Write(r[:]); err != nil {
					return faultScratch(err)
				}
			}
		})
		if err != nil {
			return err
		}
		for _, r := range old {
			o.s.drop(r.f)
		}
	}
	return nil
}

// sorted reads the records in order; the sorter takes no more.
func (o *sorter) sorted() (*merge, error) {
	if len(o.runs) == 0 {
		// The slots are the scratch's, and the next sort wants them: the records themselves are put in order.
		slices.SortFunc(o.rows, func(a, b record) int { return compare(&a, &b, o.at) })
		return &merge{at: o.at, heap: []*head{{rows: o.rows}}}, nil
	}
	if len(o.rows) > 0 {
		if err := o.spill(); err != nil {
			return nil, err
		}
	}
	o.s.giveBack(o.rows)
	o.rows = nil
	return newMerge(o.runs, o.at)
}

// by gives the same records sorted by another key.
func (o *sorter) by(ctx context.Context, at int) (*sorter, error) {
	if o.at == at || len(o.runs) == 0 {
		o.at = at
		return o, nil
	}
	out := o.s.sorter(at)
	m, err := o.sorted()
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r, err := m.next()
		if err != nil {
			return nil, err
		}
		if r == nil {
			o.close()
			return out, nil
		}
		if err := out.add(r); err != nil {
			return nil, err
		}
	}
}

func (o *sorter) close() {
	for _, r := range o.runs {
		o.s.drop(r.f)
	}
	o.s.giveBack(o.rows)
	o.runs, o.rows, o.n = nil, nil, 0
}

// merge gives the records of several sorted runs in order.
type merge struct {
	at     int
	heap   []*head // the smallest record first
	primed bool    // every head has a record; the first one's was given out
}

// head is the next record of one run, from a file or from memory.
type head struct {
	record *record
	own    record
	left   int64
	r      *bufio.Reader
	rows   []record
}

func newMerge(runs []run, at int) (*merge, error) {
	m := &merge{at: at}
	for _, r := range runs {
		if _, err := r.f.Seek(0, io.SeekStart); err != nil {
			return nil, faultScratch(err)
		}
		m.heap = append(m.heap, &head{left: r.n, r: bufio.NewReaderSize(r.f, readSize)})
	}
	return m, nil
}

// advance reads the run's next record; false at its end.
func (h *head) advance() (bool, error) {
	if h.r == nil {
		if len(h.rows) == 0 {
			return false, nil
		}
		h.record, h.rows = &h.rows[0], h.rows[1:]
		return true, nil
	}
	if h.left == 0 {
		return false, nil
	}
	h.left--
	if _, err := io.ReadFull(h.r, h.own[:]); err != nil {
		return false, faultScratch(err)
	}
	h.record = &h.own
	return true, nil
}

// next gives the next record, valid until the next call; nil at the end.
func (m *merge) next() (*record, error) {
	if !m.primed {
		m.primed = true
		for i := len(m.heap) - 1; i >= 0; i-- {
			if err := m.refill(i); err != nil {
				return nil, err
			}
		}
		for i := len(m.heap)/2 - 1; i >= 0; i-- {
			m.down(i)
		}
	} else if len(m.heap) > 0 {
		if err := m.refill(0); err != nil {
			return nil, err
		}
		m.down(0)
	}
	if len(m.heap) == 0 {
		return nil, nil
	}
	return m.heap[0].record, nil
}

// refill reads the next record of the head at i, or takes the head out at the end of its run.
func (m *merge) refill(i int) error {
	ok, err := m.heap[i].advance()
	if err == nil && !ok {
		last := len(m.heap) - 1
		m.heap[i] = m.heap[last]
		m.heap = m.heap[:last]
	}
	return err
}

// down moves the head at i to its place in the heap.
func (m *merge) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(m.heap) {
			return
		}
		if right := child + 1; right < len(m.heap) && compare(m.heap[right].record, m.heap[child].record, m.at) < 0 {
			child = right
		}
		if compare(m.heap[i].record, m.heap[child].record, m.at) <= 0 {
			return
		}
		m.heap[i], m.heap[child] = m.heap[child], m.heap[i]
		i = child
	}
}
