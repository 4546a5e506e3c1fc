package bulk

import (
	"encoding/binary"
	"math/bits"
)

// endings holds, for each pair of sums O (of the digits 1, 3, 5, 7 and 9) and E (2, 4, 6 and 8), the two check digits as
// they stand in a file, the tenth digit in the low byte. The index is O<<6 | E.
type endings [46 << 6]uint16

var ending = tabulate()

func tabulate() *endings {
	t := &endings{}
	for o := range 46 {
		for e := range 37 {
			d10 := (7*o + 9*e) % 10
			d11 := (o + e + d10) % 10
			t[o<<6|e] = uint16('0'+d10) | uint16('0'+d11)<<8
		}
	}
	return t
}

const (
	zeros   = 0x3030303030303030 // "00000000"
	sixes   = 0x0606060606060606
	high    = 0xF0F0F0F0F0F0F0F0
	ones    = 0x0101010101010101
	addFour = 0x0001000100010001 // a multiplication by it adds every second byte
)

// wordRecords counts the whole lines of eleven digits and LF at the start of p and gives their length in bytes; it ends
// before the first line of another form. It is the kernel for every machine: eight digits at a time in one word.
func wordRecords(p []byte, t *Tally) int {
	var all, zero, ten, eleven, nine, ninetyNine, ninetyEight int64
	at := 0
	for ; len(p)-at >= record; at += record {
		line := (*[record]byte)(p[at:])
		a := binary.LittleEndian.Uint64(line[:8])
		b := binary.LittleEndian.Uint32(line[8:])
		digits := a ^ zeros
		tail := b ^ 0x0A303030 // d9, d10, d11 and the LF
		// A byte above 9 has a bit of its high half set once 6 is added; one above 0x7F has it already.
		if (digits|(digits+sixes))&high != 0 || (tail|(tail+0x06060606))&0xF0F0F0F0 != 0 || tail>>24 != 0 {
			break
		}
		sums := digits * addFour // byte 6: d1+d3+d5+d7, byte 7: d2+d4+d6+d8
		odd := sums>>48&0xFF + uint64(tail&0xFF)
		even := sums >> 56
		want := ending[(odd<<6|even)%uint64(len(ending))]
		all++
		first := digits & 0xFF
		if first == 0 {
			zero++
			continue
		}
		if got := uint16(b >> 8); got != want {
			if byte(got) != byte(want) {
				ten++
			} else {
				eleven++
			}
			continue
		}
		if first == 9 {
			nine++
			switch digits >> 8 & 0xFF {
			case 9:
				ninetyNine++
			case 8:
				ninetyEight++
			}
		}
		if digits == bits.RotateLeft64(digits, 8) && uint64(tail&0xFF) == first {
			t.placeholders[kindOfRepeated(byte(first))]++
		}
	}
	t.reasons[leadingZero] += zero
	t.reasons[checksum10] += ten
	t.reasons[checksum11] += eleven
	valid := all - zero - ten - eleven
	t.reasons[ok] += valid
	t.kinds[citizen] += valid - nine
	t.kinds[foreigner] += ninetyNine
	t.kinds[temporary] += ninetyEight
	t.kinds[other9] += nine - ninetyNine - ninetyEight
	return at
}

// kindOfRepeated is the kind of a number of which nine digits are d.
func kindOfRepeated(d byte) int {
	if d == 9 {
		return foreigner
	}
	return citizen
}
