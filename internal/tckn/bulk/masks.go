package bulk

import "encoding/binary"

// wordMasks gives the masks with words of eight bytes.
func wordMasks(p []byte, into []mask) {
	for i := range into {
		b := (*[64]byte)(p[i*64:])
		var m mask
		var cr uint64
		for j := range 8 {
			w := binary.LittleEndian.Uint64(b[j*8:])
			m.ends |= squeeze(zeroBytes(w^0x0A0A0A0A0A0A0A0A)) << (8 * j)
			cr |= squeeze(zeroBytes(w^0x0D0D0D0D0D0D0D0D)) << (8 * j)
			// The bytes '0' to '9' are those whose high half is 3 and stays 3 when 6 is added; a byte from 0x80 on has
			// another high half already, and the addition of the low seven bits never carries into the next byte.
			other := (w ^ zeros | ((w & 0x7F7F7F7F7F7F7F7F) + sixes ^ zeros)) & high
			m.odd |= squeeze(^zeroBytes(other)&0x8080808080808080) << (8 * j)
		}
		m.odd &^= m.ends | cr&(m.ends>>1)
		into[i] = m
	}
}

// zeroBytes sets the top bit of each byte that is 0, exactly.
func zeroBytes(w uint64) uint64 {
	const low7 = 0x7F7F7F7F7F7F7F7F
	return ^(((w & low7) + low7) | w | low7)
}

// squeeze makes eight bits of the top bits of eight bytes.
func squeeze(w uint64) uint64 { return (w >> 7) * 0x0102040810204080 >> 56 }
