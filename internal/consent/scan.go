package consent

import (
	"encoding/binary"
	"errors"
	"io"
)

// pieceSize is how much of an old value is looked for at once, in bytes. All that is looked for is random, or looks so: a
// piece found is no accident. Values are looked for in pieces, because a copy that was left behind may be overwritten in part.
const pieceSize = 16

// maxOld is how much of an old value is looked for.
const maxOld = 3 * pieceSize

type piece [pieceSize]byte

// oldKind says what an old value is.
type oldKind byte

const (
	oldSealed  oldKind = iota // sealed disclosures
	oldTag                    // what a number was searched by
	oldSame                   // the keyed digest of an event's content
	oldWrapped                // a data key
)

// old is a value that must stand nowhere any more. tag is that of the person it belonged to.
type old struct {
	kind  oldKind
	value []byte
	tag   []byte
}

// needles is a set of old values to look for in files. The filter, a bit for each hash of a piece's first four bytes,
// keeps the map from being asked at every byte.
type needles struct {
	pieces map[piece]*old
	filter [1 << 14]uint64 // 1,048,576 bits: with maxPieces, one byte in 32 is looked at closer
}

func newNeedles() *needles { return &needles{pieces: make(map[piece]*old)} }

// bit gives the place of four bytes in the filter.
func bit(first uint32) (word, at uint32) {
	h := first * 0x9E3779B1 >> 12 // 20 bits
	return h >> 6, h & 63
}

func (n *needles) has(first uint32) bool {
	word, at := bit(first)
	return n.filter[word]>>at&1 == 1
}

// add takes the value apart. Less than a piece is not looked for.
func (n *needles) add(o old) {
	o.value = append([]byte(nil), o.value[:min(len(o.value), maxOld)]...)
	for rest := o.value; len(rest) >= pieceSize; rest = rest[pieceSize:] {
		p := piece(rest)
		n.pieces[p] = &o
		word, at := bit(binary.LittleEndian.Uint32(p[:]))
		n.filter[word] |= 1 << at
	}
}

// drop takes a value out again.
func (n *needles) drop(o *old) {
	for p, x := range n.pieces {
		if x == o {
			delete(n.pieces, p)
		}
	}
}

// scanBlock is how much of a file is in memory at once.
const scanBlock = 256 << 10

// find reads r to its end, in constant memory, and gives how often old values stand there, and which. Pieces that lie one
// after the other count as one.
func (n *needles) find(r io.Reader, stop func() error) (count int, which map[*old]bool, err error) {
	which = make(map[*old]bool)
	buf := make([]byte, scanBlock)
	have := 0          // bytes of buf: what is left of the last block, less than a piece, and the new one
	base, end := 0, -1 // of buf in the file; where the last piece found ended
	for {
		if err := stop(); err != nil {
			return count, which, err
		}
		m, err := io.ReadFull(r, buf[have:])
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return count, which, err
		}
		have += m
		b := buf[:have]
		for i := n.next(b, 0); i >= 0; i = n.next(b, i+1) {
			o := n.pieces[piece(b[i:i+pieceSize])]
			if o == nil {
				continue
			}
			which[o] = true
			if base+i != end {
				count++
			}
			end = base + i + pieceSize
		}
		if last {
			return count, which, nil
		}
		keep := min(have, pieceSize-1)
		copy(buf, b[have-keep:])
		base, have = base+have-keep, keep
	}
}

// next gives the next place from i on where a piece may stand, as the filter says, -1 without one.
func (n *needles) next(b []byte, i int) int {
	end := len(b) - pieceSize
	for ; i <= end; i += 4 {
		x := binary.LittleEndian.Uint64(b[i:])
		if n.has(uint32(x)) || n.has(uint32(x>>8)) || n.has(uint32(x>>16)) || n.has(uint32(x>>24)) {
			for at := i; at < i+4 && at <= end; at++ {
				if n.has(uint32(x)) {
					return at
				}
				x >>= 8
			}
		}
	}
	return -1
}
