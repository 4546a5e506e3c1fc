package bulk

import (
	"encoding/binary"
	"math/bits"

	"iskurctl/internal/tckn"
)

// wordMasks gives the marks with words of eight bytes.
func wordMasks(p []byte, n int, into *marks) {
	crlf := false // the block before had a CR
	for i := range n {
		b := (*[64 + 1]byte)(p[i*64:])
		if !crlf {
			if ends, fine := onlyLF(b); fine {
				into.ends[i+1], into.returns[i+1], into.odd[i+1] = ends, 0, 0
				continue
			}
		}
		ends, returns, fine := onlyEnds(b)
		if !fine {
			anyMask(b, i+1, into)
			continue
		}
		crlf = returns != 0
		alone := returns &^ (ends>>1 | isEnd(b[64])<<63)
		into.ends[i+1], into.returns[i+1], into.odd[i+1] = ends, returns&^alone, alone
	}
}

// onlyLF finds the LF in text of digits and LF, and says whether it is such.
//
// The bit 4 tells a digit from an LF. Less what a byte is to be by that bit, a digit is at most 9 and an LF is 0. With 6
// added to a digit and 15 to what is left of an LF, which must be nothing, neither reaches the high half; every other byte
// does, or had a bit there before. (The sums of such a word may carry, and are not needed any more.)
func onlyLF(b *[64 + 1]byte) (ends uint64, fine bool) {
	var other uint64
	for j := 0; j < 64; j += 16 {
		w, x := binary.LittleEndian.Uint64(b[j:]), binary.LittleEndian.Uint64(b[j+8:])
		end, end2 := ^w>>4&ones, ^x>>4&ones
		w, x = w^zeros^end*('0'^'\n'), x^zeros^end2*('0'^'\n')
		other |= w | (w + sixes + end*9) | x | (x + sixes + end2*9)
		ends = ends>>16 | squeeze(end)<<48 | squeeze(end2)<<56
	}
	return ends, other&high == 0
}

// onlyEnds is onlyLF for text that has CR too, which is 7 more than an LF.
func onlyEnds(b *[64 + 1]byte) (ends, returns uint64, fine bool) {
	var other uint64
	for j := 0; j < 64; j += 8 {
		w := binary.LittleEndian.Uint64(b[j:])
		end := ^w >> 4 & ones
		v := w ^ zeros ^ end*('0'^'\n')
		cr := v & end
		v ^= cr * ('\r' ^ '\n')
		other |= v | (v + sixes + end*9)
		ends, returns = ends>>8|squeeze(end^cr)<<56, returns>>8|squeeze(cr)<<56
	}
	return ends, returns, other&high == 0
}

// isEnd is 1 for an LF.
func isEnd(b byte) uint64 { return (uint64(b^'\n') - 1) >> 63 }

// anyMask gives the marks of a block of any text.
func anyMask(b *[64 + 1]byte, at int, into *marks) {
	var ends, returns, digits uint64
	for j := range 8 {
		w := binary.LittleEndian.Uint64(b[j*8:])
		ends |= squeeze(zeroBytes(w^ones*'\n')) << (8 * j)
		returns |= squeeze(zeroBytes(w^ones*'\r')) << (8 * j)
		// The bytes '0' to '9' are those whose high half is 3 and stays 3 when 6 is added; a byte from 0x80 on has
		// another high half already, and the addition of the low seven bits never carries into the next byte.
		other := (w ^ zeros | ((w & 0x7F7F7F7F7F7F7F7F) + sixes ^ zeros)) & high
		digits |= squeeze(zeroBytes(other)) << (8 * j)
	}
	returns &= ends>>1 | isEnd(b[64])<<63
	into.ends[at], into.returns[at], into.odd[at] = ends, returns, ^(digits | ends | returns)
}

// wordFind marks the places of one byte.
func wordFind(p []byte, n int, b byte, into *[stretch/64 + 2]uint64) {
	for i, pattern := 0, ones*uint64(b); i < n; i++ {
		q := (*[64]byte)(p[i*64:])
		var found uint64
		for j := 0; j < 64; j += 16 {
			w, x := binary.LittleEndian.Uint64(q[j:])^pattern, binary.LittleEndian.Uint64(q[j+8:])^pattern
			found = found>>16 | squeeze(zeroBytes(w))<<48 | squeeze(zeroBytes(x))<<56
		}
		into[i+1] = found
	}
}

// zeroBytes sets the lowest bit of each byte that is 0, exactly.
func zeroBytes(w uint64) uint64 {
	const low7 = 0x7F7F7F7F7F7F7F7F
	return ^(((w & low7) + low7) | w | low7) >> 7
}

// squeeze makes eight bits of the lowest bits of eight bytes; their other bits must be 0.
func squeeze(w uint64) uint64 { return w * 0x0102040810204080 >> 56 }

// wordPack packs with copies of sixteen bytes. The number of rounds does not depend on the text: a block has room for six
// lines, and what a round without one writes the next one overwrites.
func wordPack(p []byte, starts []uint64, into []byte) int {
	at := 0
	for i, s := range starts {
		q := (*[64 + slack]byte)(p[i*64:])
		r := (*[6 * slack]byte)(into[at:])
		at += bits.OnesCount64(s) * record
		for j := range 6 {
			*(*[slack]byte)(r[j*record:]) = *(*[slack]byte)(q[bits.TrailingZeros64(s):])
			r[j*record+tckn.Length] = '\n'
			s &= s - 1
		}
	}
	return at
}
