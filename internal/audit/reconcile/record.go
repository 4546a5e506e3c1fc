package reconcile

import (
	"bytes"
	"encoding/binary"
	"time"
)

// record is a row as it is sorted and kept in temporary files: its time, its Ref and its tags, nothing else. Numbers
// stand so that comparing bytes compares them.
type record [recordSize]byte

const (
	atTime   = 0
	atRef    = 8
	atFull   = 16
	atParams = 32 // method and parameters
	atUser   = 48 // user and method
	atMethod = 64
	atFlags  = 80

	recordSize = 81
)

// Flags of a record.
const (
	hasOurs   = 1 << iota // a difference has a row of ours
	hasTheirs             // a difference has a row of theirs
	hasOffset             // a difference has an offset
	surplus               // every counterpart of the row within the window is taken
)

func newRecord(t time.Time, ref int64, tags Tags) (r record) {
	r.put(atTime, t.UnixMilli())
	r.put(atRef, ref)
	copy(r[atFull:], tags.Full[:])
	copy(r[atParams:], tags.MethodParams[:])
	copy(r[atUser:], tags.UserMethod[:])
	copy(r[atMethod:], tags.Method[:])
	return r
}

// put writes a signed number so that its bytes sort as it does.
func (r *record) put(at int, v int64) { binary.BigEndian.PutUint64(r[at:], uint64(v)^1<<63) }

func (r *record) get(at int) int64 { return int64(binary.BigEndian.Uint64(r[at:]) ^ 1<<63) }

func (r *record) time() int64 { return r.get(atTime) }

// key is the tag at a place of the record.
func (r *record) key(at int) []byte { return r[at : at+len(Tag{})] }

// compare orders by the key, then by time and Ref.
func compare(a, b *record, at int) int {
	if c := bytes.Compare(a.key(at), b.key(at)); c != 0 {
		return c
	}
	return bytes.Compare(a[:atFull], b[:atFull])
}

// A difference is kept as a record as well, so that the one sorter can put them in order: its class stands first in the
// key, Ref is of ours where there is one.
const (
	atClass  = atFull
	atTheirs = atParams
	atOffset = atUser
)

// newFinding makes the record of a difference between two rows, either of which may be nil.
func newFinding(code Code, ours, theirs *record) (f record) {
	for i, c := range classes {
		if c.code == code {
			f[atClass] = byte(i)
		}
	}
	if theirs != nil {
		f[atFlags] |= hasTheirs
		f.put(atTime, theirs.time())
		f.put(atTheirs, theirs.get(atRef))
		f.put(atRef, theirs.get(atRef))
	}
	if ours != nil {
		f[atFlags] |= hasOurs
		f.put(atTime, ours.time())
		f.put(atRef, ours.get(atRef))
	}
	if ours != nil && theirs != nil {
		f[atFlags] |= hasOffset
		f.put(atOffset, theirs.time()-ours.time())
	}
	return f
}

// difference reads such a record.
func (r *record) difference() Difference {
	c := classes[r[atClass]]
	d := Difference{Code: c.code, Class: c.name}
	number := func(flag byte, at int) *int64 {
		if r[atFlags]&flag == 0 {
			return nil
		}
		v := r.get(at)
		return &v
	}
	d.Ours, d.Theirs, d.OffsetMS = number(hasOurs, atRef), number(hasTheirs, atTheirs), number(hasOffset, atOffset)
	return d
}
