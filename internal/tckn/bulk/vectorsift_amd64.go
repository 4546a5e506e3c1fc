//go:build goexperiment.simd && amd64

package bulk

import (
	"math/bits"
	"simd/archsimd"

	"iskurctl/internal/tckn"
)

func masks256(p []byte, n int, into *marks) {
	var (
		lf   = archsimd.BroadcastUint8x32('\n')
		cr   = archsimd.BroadcastUint8x32('\r')
		zero = archsimd.BroadcastUint8x32('0')
		nine = archsimd.BroadcastUint8x32(9)
	)
	half := func(b []byte) (ends, digits, returns uint64) {
		v := archsimd.LoadUint8x32((*[32]uint8)(b))
		d := v.Sub(zero)
		// A CR counts when an LF stands one place further.
		returned := v.Equal(cr).And(archsimd.LoadUint8x32((*[32]uint8)(b[1:])).Equal(lf))
		return uint64(v.Equal(lf).ToBits()), uint64(d.Min(nine).Equal(d).ToBits()), uint64(returned.ToBits())
	}
	for i := range n {
		b := p[i*64 : i*64+64+1]
		e0, d0, r0 := half(b)
		e1, d1, r1 := half(b[32:])
		ends, returns := e0|e1<<32, r0|r1<<32
		into.ends[i+1], into.returns[i+1], into.odd[i+1] = ends, returns, ^(ends | returns | d0 | d1<<32)
	}
	archsimd.ClearAVXUpperBits()
}

func masks512(p []byte, n int, into *marks) {
	var (
		lf   = archsimd.BroadcastUint8x64('\n')
		cr   = archsimd.BroadcastUint8x64('\r')
		zero = archsimd.BroadcastUint8x64('0')
		nine = archsimd.BroadcastUint8x64(9)
	)
	for i := range n {
		b := p[i*64 : i*64+64+1]
		v := archsimd.LoadUint8x64((*[64]uint8)(b))
		ends := v.Equal(lf).ToBits()
		returns := v.Equal(cr).ToBits() & (ends>>1 | isEnd(b[64])<<63)
		into.ends[i+1], into.returns[i+1] = ends, returns
		into.odd[i+1] = ^(ends | returns | v.Sub(zero).LessEqual(nine).ToBits())
	}
	archsimd.ClearAVXUpperBits()
}

func find256(p []byte, n int, b byte, into *[stretch/64 + 2]uint64) {
	v := archsimd.BroadcastUint8x32(b)
	for i := range n {
		q := (*[64]byte)(p[i*64:])
		low := archsimd.LoadUint8x32((*[32]uint8)(q[:])).Equal(v).ToBits()
		into[i+1] = uint64(low) | uint64(archsimd.LoadUint8x32((*[32]uint8)(q[32:])).Equal(v).ToBits())<<32
	}
	archsimd.ClearAVXUpperBits()
}

func find512(p []byte, n int, b byte, into *[stretch/64 + 2]uint64) {
	v := archsimd.BroadcastUint8x64(b)
	for i := range n {
		into[i+1] = archsimd.LoadUint8x64((*[64]uint8)(p[i*64:])).Equal(v).ToBits()
	}
	archsimd.ClearAVXUpperBits()
}

// sift256 is sift for four blocks at a time.
func sift256(m *marks, n int, starts *[stretch / 64]uint64) (f found) {
	var all archsimd.Uint64x4
	var blanks [4]uint64
	for i := 0; i < n; i += 4 {
		ends, returns, strange := load4(m.ends[i+1:]), load4(m.returns[i+1:]), load4(m.odd[i+1:])
		stops := ends.Or(returns)
		nextStops := load4(m.ends[i+2:]).Or(load4(m.returns[i+2:]))
		d, e := stops.Or(strange).Not(), nextStops.Or(load4(m.odd[i+2:])).Not()
		d, e = d.And(d.ShiftAllRight(1).Or(e.ShiftAllLeft(63))), e.And(e.ShiftAllRight(1))
		d, e = d.And(d.ShiftAllRight(2).Or(e.ShiftAllLeft(62))), e.And(e.ShiftAllRight(2))
		d, e = d.And(d.ShiftAllRight(4).Or(e.ShiftAllLeft(60))), e.And(e.ShiftAllRight(4))
		d = d.And(d.ShiftAllRight(3).Or(e.ShiftAllLeft(61)))
		lines := ends.ShiftAllLeft(1).Or(load4(m.ends[i:]).ShiftAllRight(63))
		full := stops.ShiftAllRight(tckn.Length).Or(nextStops.ShiftAllLeft(64 - tckn.Length))
		d.And(lines).And(full).Store((*[4]uint64)(starts[i:]))
		lines.And(stops).Store(&blanks)
		for k, ends := range (*[4]uint64)(m.ends[i+1:]) {
			f.lines += bits.OnesCount64(ends)
			f.blanks += bits.OnesCount64(blanks[k])
		}
		all = all.Or(strange)
	}
	f.odd = !all.IsZero()
	archsimd.ClearAVXUpperBits()
	return f
}

func load4(m []uint64) archsimd.Uint64x4 { return archsimd.LoadUint64x4((*[4]uint64)(m)) }

// sift512 is sift for eight blocks at a time.
func sift512(m *marks, n int, starts *[stretch / 64]uint64) (f found) {
	var lineCount, blankCount, all archsimd.Uint64x8
	for i := 0; i < n; i += 8 {
		ends, returns, strange := load8(m.ends[i+1:]), load8(m.returns[i+1:]), load8(m.odd[i+1:])
		stops := ends.Or(returns)
		nextStops := load8(m.ends[i+2:]).Or(load8(m.returns[i+2:]))
		d, e := stops.Or(strange).Not(), nextStops.Or(load8(m.odd[i+2:])).Not()
		d, e = d.And(d.ShiftAllRightConcat(1, e)), e.And(e.ShiftAllRight(1))
		d, e = d.And(d.ShiftAllRightConcat(2, e)), e.And(e.ShiftAllRight(2))
		d, e = d.And(d.ShiftAllRightConcat(4, e)), e.And(e.ShiftAllRight(4))
		d = d.And(d.ShiftAllRightConcat(3, e))
		lines := ends.ShiftAllLeft(1).Or(load8(m.ends[i:]).ShiftAllRight(63))
		d.And(lines).And(stops.ShiftAllRightConcat(tckn.Length, nextStops)).Store((*[8]uint64)(starts[i:]))
		lineCount = lineCount.Add(ends.OnesCount())
		blankCount = blankCount.Add(lines.And(stops).OnesCount())
		all = all.Or(strange)
	}
	var lines, blanks, odd [8]uint64
	lineCount.Store(&lines)
	blankCount.Store(&blanks)
	all.Store(&odd)
	archsimd.ClearAVXUpperBits()
	for i := range lines {
		f.lines += int(lines[i])
		f.blanks += int(blanks[i])
		f.odd = f.odd || odd[i] != 0
	}
	return f
}

func load8(m []uint64) archsimd.Uint64x8 { return archsimd.LoadUint64x8((*[8]uint64)(m)) }

// pack512 is wordPack with the instruction that packs the bytes of a vector under a mask.
func pack512(p []byte, starts []uint64, into []byte) int {
	var (
		lf      = archsimd.BroadcastUint8x64('\n')
		cr      = archsimd.BroadcastUint8x64('\r')
		at      = 0
		late    uint64 // the ends of lines of the mask before that lie in this one
		pending uint64 // 1 when one of them is in the middle
	)
	for i, s := range starts {
		// With the places where lines begin and those right behind them taken for numbers, ends less starts has a bit
		// for each byte of the lines: 2^(a+12) - 2^a is the bits a to a+11, and lines do not overlap. A line that goes
		// on in the next mask borrows from it.
		var keep uint64
		keep, pending = bits.Sub64(s<<record|late, s, pending)
		late = s >> (64 - record)
		v := archsimd.LoadUint8x64((*[64]uint8)(p[i*64:]))
		v = lf.Merge(v, v.Equal(cr))
		v.Compress(archsimd.Mask8x64FromBits(keep)).Store((*[64]uint8)(into[at:]))
		at += bits.OnesCount64(keep)
	}
	archsimd.ClearAVXUpperBits()
	return at
}
