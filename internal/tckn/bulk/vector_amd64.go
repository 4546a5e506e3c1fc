//go:build goexperiment.simd && amd64

package bulk

import (
	"math/bits"
	"simd/archsimd"
)

// How the vector kernels see lines of eleven digits and LF: twelve bytes are three words of four bytes,
//
//	X = d1 d2 d3 d4    Y = d5 d6 d7 d8    Z = d9 d10 d11 LF
//
// and every third word of a file is an X. A vector of 8 words loaded at p holds X in its words 0, 3, 6; one loaded a vector
// further on holds X in 1, 4, 7, the third one in 2, 5: three loads put over each other by fixed masks give the X of 8
// lines. (Of 16 words the second one has 2, 5 … 14, the third one 1, 4 … 13.) The same loads 4 bytes further on give their
// Y, 8 bytes further on their Z, line by line in the same places. The order of the lines is lost, and counting does not
// need it.
//
// With O and E as in package tckn a number is right when
//
//	3·O + E + d10 ≡ 0 (mod 10)    since d10 ≡ 7·O + 9·E
//	2·O + d11     ≡ 0 (mod 10)    since d11 ≡ O + E + d10 ≡ 8·O, once the first holds
//
// and both sums stand in a byte: at most 180 and 99.

// choose gives the fastest kernels of this machine.
func choose() kernels {
	all := everyKernel()
	return all[len(all)-1]
}

// everyKernel lists those that this machine can run, the fastest one last.
func everyKernel() []kernels {
	list := []kernels{portable}
	if archsimd.X86.AVX2() {
		list = append(list, kernels{"avx2", records256, masks256, find256, sift256, wordPack})
	}
	if archsimd.X86.AVX512() {
		list = append(list, kernels{"avx512", records512, masks512, find512, sift256, wordPack})
		if archsimd.X86.AVX512VBMI2() && archsimd.X86.AVX512VPOPCNTDQ() {
			list = append(list, kernels{"avx512vbmi2", records512, masks512, find512, sift512, pack512})
		}
	}
	return list
}

func repeat4(w [4]uint8) (r [64]uint8) {
	for i := range r {
		r[i] = w[i%4]
	}
	return r
}

func repeat4s(w [4]int8) (r [64]int8) {
	for i := range r {
		r[i] = w[i%4]
	}
	return r
}

// every third word from the first: the mask under which a load gives its words to the picture.
func third(first int) (r [16]int32) {
	for i := first; i < len(r); i += 3 {
		r[i] = -1
	}
	return r
}

// records256 is wordRecords for AVX2, eight lines at a time. What is left at the end, and a group of lines that are not
// all of the form, it leaves to wordRecords.
func records256(p []byte, t *Tally) int {
	const group = 8 * record
	digits, tail := repeat4([4]uint8{'0', '0', '0', '0'}), repeat4([4]uint8{'0', '0', '0', '\n'})
	nine, nineTail := repeat4([4]uint8{9, 9, 9, 9}), repeat4([4]uint8{9, 9, 9, 0})
	keep10 := repeat4([4]uint8{255, 255, 0, 0})
	by3, by2, by2tail := repeat4s([4]int8{3, 1, 3, 1}), repeat4s([4]int8{2, 0, 2, 0}), repeat4s([4]int8{2, 0, 1, 0})
	a, b := third(0), third(1)
	var (
		inA      = archsimd.LoadInt32x8Slice(a[:]).Less(archsimd.BroadcastInt32x8(0))
		inB      = archsimd.LoadInt32x8Slice(b[:]).Less(archsimd.BroadcastInt32x8(0))
		vDigits  = archsimd.LoadUint8x32Slice(digits[:])
		vTail    = archsimd.LoadUint8x32Slice(tail[:])
		vNine    = archsimd.LoadUint8x32Slice(nine[:])
		vNineT   = archsimd.LoadUint8x32Slice(nineTail[:])
		vKeep10  = archsimd.LoadUint8x32Slice(keep10[:])
		vBy3     = archsimd.LoadInt8x32Slice(by3[:])
		vBy2     = archsimd.LoadInt8x32Slice(by2[:])
		vBy2Tail = archsimd.LoadInt8x32Slice(by2tail[:])
		vOnes    = archsimd.BroadcastInt16x16(1)
		vTenth   = archsimd.BroadcastUint16x16(6554)
		vTen     = archsimd.BroadcastUint16x16(10)
		vLow     = archsimd.BroadcastUint32x8(0xFF)
		vPair    = archsimd.BroadcastUint32x8(0xFFFF)
		v9       = archsimd.BroadcastUint32x8(9)
		v99      = archsimd.BroadcastUint32x8(0x0909)
		v98      = archsimd.BroadcastUint32x8(0x0809)
		vZero    = archsimd.BroadcastUint32x8(0)
	)
	var c classes
	at := 0
	for ; len(p)-at >= group+8; at += group {
		q := p[at : at+group+8]
		x := load256(q[0:]).Merge(load256(q[32:]).Merge(load256(q[64:]), inB), inA).AsUint8x32().Sub(vDigits)
		y := load256(q[4:]).Merge(load256(q[36:]).Merge(load256(q[68:]), inB), inA).AsUint8x32().Sub(vDigits)
		z := load256(q[8:]).Merge(load256(q[40:]).Merge(load256(q[72:]), inB), inA).AsUint8x32().Sub(vTail)
		if !x.SubSaturated(vNine).Or(y.SubSaturated(vNine)).Or(z.SubSaturated(vNineT)).IsZero() {
			break
		}
		xy := x.Add(y)
		first := xy.Add(z.And(vKeep10)).DotProductPairsSaturated(vBy3).DotProductPairs(vOnes)
		second := xy.DotProductPairsSaturated(vBy2).Add(z.DotProductPairsSaturated(vBy2Tail)).DotProductPairs(vOnes)
		// Both sums in the halves of one word, less their tens: 0 where the digit is right. x/10 is x·6554/65536 here.
		sums := first.AsUint32x8().Or(second.AsUint32x8().ShiftAllLeft(16)).AsUint16x16()
		left := sums.Sub(sums.MulHigh(vTenth).Mul(vTen)).AsUint32x8()

		xw := x.AsUint32x8()
		low := xw.And(vLow)
		begins := xw.And(vPair)
		c.take(8,
			uint32(low.Equal(vZero).ToBits()),
			uint32(left.And(vPair).Equal(vZero).ToBits()),
			uint32(left.Equal(vZero).ToBits()),
			uint32(low.Equal(v9).ToBits()),
			uint32(begins.Equal(v99).ToBits()),
			uint32(begins.Equal(v98).ToBits()))
		if xw.Equal(y.AsUint32x8()).ToBits() != 0 {
			repeated(q[:group], t)
		}
	}
	archsimd.ClearAVXUpperBits()
	c.give(t)
	return at + wordRecords(p[at:], t)
}

func load256(p []byte) archsimd.Uint32x8 {
	return archsimd.LoadUint8x32((*[32]uint8)(p)).AsUint32x8()
}

// records512 is records256 with vectors twice as wide: sixteen lines at a time.
func records512(p []byte, t *Tally) int {
	const group = 16 * record
	digits, tail := repeat4([4]uint8{'0', '0', '0', '0'}), repeat4([4]uint8{'0', '0', '0', '\n'})
	nine, nineTail := repeat4([4]uint8{9, 9, 9, 9}), repeat4([4]uint8{9, 9, 9, 0})
	keep10 := repeat4([4]uint8{255, 255, 0, 0})
	by3, by2, by2tail := repeat4s([4]int8{3, 1, 3, 1}), repeat4s([4]int8{2, 0, 2, 0}), repeat4s([4]int8{2, 0, 1, 0})
	a, b := third(0), third(2)
	var (
		inA      = archsimd.LoadInt32x16(&a).Less(archsimd.BroadcastInt32x16(0))
		inB      = archsimd.LoadInt32x16(&b).Less(archsimd.BroadcastInt32x16(0))
		vDigits  = archsimd.LoadUint8x64(&digits)
		vTail    = archsimd.LoadUint8x64(&tail)
		vNine    = archsimd.LoadUint8x64(&nine)
		vNineT   = archsimd.LoadUint8x64(&nineTail)
		vKeep10  = archsimd.LoadUint8x64(&keep10)
		vBy3     = archsimd.LoadInt8x64(&by3)
		vBy2     = archsimd.LoadInt8x64(&by2)
		vBy2Tail = archsimd.LoadInt8x64(&by2tail)
		vOnes    = archsimd.BroadcastInt16x32(1)
		vTenth   = archsimd.BroadcastUint16x32(6554)
		vTen     = archsimd.BroadcastUint16x32(10)
		vLow     = archsimd.BroadcastUint32x16(0xFF)
		vPair    = archsimd.BroadcastUint32x16(0xFFFF)
		v9       = archsimd.BroadcastUint32x16(9)
		v99      = archsimd.BroadcastUint32x16(0x0909)
		v98      = archsimd.BroadcastUint32x16(0x0809)
		vZero    = archsimd.BroadcastUint32x16(0)
		none     = archsimd.BroadcastUint8x64(0)
	)
	var c classes
	at := 0
	for ; len(p)-at >= group+8; at += group {
		q := p[at : at+group+8]
		x := load512(q[0:]).Merge(load512(q[64:]).Merge(load512(q[128:]), inB), inA).AsUint8x64().Sub(vDigits)
		y := load512(q[4:]).Merge(load512(q[68:]).Merge(load512(q[132:]), inB), inA).AsUint8x64().Sub(vDigits)
		z := load512(q[8:]).Merge(load512(q[72:]).Merge(load512(q[136:]), inB), inA).AsUint8x64().Sub(vTail)
		if x.SubSaturated(vNine).Or(y.SubSaturated(vNine)).Or(z.SubSaturated(vNineT)).NotEqual(none).ToBits() != 0 {
			break
		}
		xy := x.Add(y)
		first := xy.Add(z.And(vKeep10)).DotProductPairsSaturated(vBy3).DotProductPairs(vOnes)
		second := xy.DotProductPairsSaturated(vBy2).Add(z.DotProductPairsSaturated(vBy2Tail)).DotProductPairs(vOnes)
		sums := first.AsUint32x16().Or(second.AsUint32x16().ShiftAllLeft(16)).AsUint16x32()
		left := sums.Sub(sums.MulHigh(vTenth).Mul(vTen)).AsUint32x16()

		xw := x.AsUint32x16()
		low := xw.And(vLow)
		begins := xw.And(vPair)
		c.take(16,
			uint32(low.Equal(vZero).ToBits()),
			uint32(left.And(vPair).Equal(vZero).ToBits()),
			uint32(left.Equal(vZero).ToBits()),
			uint32(low.Equal(v9).ToBits()),
			uint32(begins.Equal(v99).ToBits()),
			uint32(begins.Equal(v98).ToBits()))
		if xw.Equal(y.AsUint32x16()).ToBits() != 0 {
			repeated(q[:group], t)
		}
	}
	archsimd.ClearAVXUpperBits()
	c.give(t)
	return at + wordRecords(p[at:], t)
}

func load512(p []byte) archsimd.Uint32x16 {
	return archsimd.LoadUint8x64((*[64]uint8)(p)).AsUint32x16()
}

// classes counts groups of lines by bits, one a line.
type classes struct {
	all, zero, ten, ok, nine, ninetyNine, ninetyEight int
}

// take counts n lines: which begin with 0, of which the first sum is right, of which both are, and which begin with 9,
// 99 and 98.
func (c *classes) take(n int, zero, first, both, nine, ninetyNine, ninetyEight uint32) {
	valid := both &^ zero
	c.all += n
	c.zero += bits.OnesCount32(zero)
	c.ten += n - bits.OnesCount32(first|zero)
	c.ok += bits.OnesCount32(valid)
	c.nine += bits.OnesCount32(valid & nine)
	c.ninetyNine += bits.OnesCount32(valid & ninetyNine)
	c.ninetyEight += bits.OnesCount32(valid & ninetyEight)
}

func (c *classes) give(t *Tally) {
	t.reasons[leadingZero] += int64(c.zero)
	t.reasons[checksum10] += int64(c.ten)
	t.reasons[checksum11] += int64(c.all - c.zero - c.ten - c.ok)
	t.reasons[ok] += int64(c.ok)
	t.kinds[citizen] += int64(c.ok - c.nine)
	t.kinds[foreigner] += int64(c.ninetyNine)
	t.kinds[temporary] += int64(c.ninetyEight)
	t.kinds[other9] += int64(c.nine - c.ninetyNine - c.ninetyEight)
}

// repeated counts the placeholders among whole records; their other counts stand already.
func repeated(p []byte, t *Tally) {
	var seen Tally
	wordRecords(p, &seen)
	for i, n := range seen.placeholders {
		t.placeholders[i] += n
	}
}
