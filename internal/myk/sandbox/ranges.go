package sandbox

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"slices"
)

// A range is read in one fixed order: first the certificates of the fixed people by day of issue, then the generated
// ones by day, slot and person. place is a point in that order, so a page starts where the last one ended, without
// counting from the beginning: a page costs its rows, plus one look at each slot of each day between them.
type place struct {
	generated bool
	fixed     int // index among the fixed certificates of the range
	day       int // day of issue from windowStart
	slot      int
	step      int // how many people after the first one of that day and slot
}

// page gives at most size certificates issued in [from, to] from start on, and the place of the next one; more is
// false when there is none. So no page but the first can be empty, and an empty one has no next.
func (s *Service) page(from, to, today day, start place, size int) (rows []certificate, next place, more bool) {
	at := start
	if !at.generated {
		fixed := fixedIssued(from, to, today)
		for ; at.fixed < len(fixed); at.fixed++ {
			if len(rows) == size {
				return rows, at, true
			}
			rows = append(rows, fixed[at.fixed])
		}
		at = place{generated: true, day: int(max(from, windowStart) - windowStart)}
	}
	last := int(min(to, today, windowStart+windowDays-1) - windowStart)
	for ; at.day <= last; at.day, at.slot = at.day+1, 0 {
		for ; at.slot < slots; at.slot, at.step = at.slot+1, 0 {
			first := s.gen.firstOn(at.day, at.slot)
			for {
				person := first + at.step*windowDays
				if person >= s.gen.people {
					break
				}
				if s.gen.issued(person, at.slot, today) {
					if len(rows) == size {
						return rows, at, true
					}
					rows = append(rows, s.gen.certificate(person, at.slot, today))
				}
				at.step++
			}
		}
	}
	return rows, place{}, false
}

// fixedIssued gives the certificates of all fixed people issued in [from, to], by day of issue.
func fixedIssued(from, to, today day) []certificate {
	var list []certificate
	for i := range fixedPeople {
		for _, c := range fixedCertificates(i, today) {
			if from <= c.issue && c.issue <= to {
				list = append(list, c)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b certificate) int { return cmp.Compare(a.issue, b.issue) })
	return list
}

// cursor writes a place for SAYFA: opaque, and bound to the range and the seed by a checksum, so that a cursor that
// was changed, or that belongs to another range, is refused as a bad parameter.
func (s *Service) cursor(p place, from, to day) string {
	var b [12]byte
	v := uint64(p.fixed)
	if p.generated {
		v = 1<<63 | uint64(p.day)<<40 | uint64(p.slot)<<32 | uint64(p.step)
	}
	binary.BigEndian.PutUint64(b[:8], v)
	binary.BigEndian.PutUint32(b[8:], s.cursorCheck(v, from, to))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (s *Service) place(cursor string, from, to day) (place, bool) {
	if cursor == "" {
		return place{}, true
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) != 12 {
		return place{}, false
	}
	v := binary.BigEndian.Uint64(b[:8])
	if binary.BigEndian.Uint32(b[8:]) != s.cursorCheck(v, from, to) {
		return place{}, false
	}
	if v>>63 == 0 {
		return place{fixed: int(v)}, true
	}
	return place{generated: true, day: int(v >> 40 & 0xffff), slot: int(v >> 32 & 0xff), step: int(v & 0xffffffff)}, true
}

func (s *Service) cursorCheck(v uint64, from, to day) uint32 {
	return uint32(mix(mix(s.gen.seed^v) ^ uint64(uint32(from))<<32 ^ uint64(uint32(to))))
}
