package bulk

// kernels are the parts that exist once a kind of processor. A block is 64 bytes of a text.
type kernels struct {
	name string
	// records counts the lines of eleven digits and LF at the start of p up to the first other one, and gives their
	// length in bytes.
	records func(p []byte, t *Tally) int
	// masks fills in the marks of the first n blocks of p. At least slack bytes follow them.
	masks func(p []byte, n int, into *marks)
	// find marks the places of one byte in the first n blocks of p, in the words from the second one on.
	find func(p []byte, n int, b byte, into *[stretch/64 + 2]uint64)
	// sift finds in n blocks where lines of eleven digits begin, one bit for each byte of the text; behind their bits it
	// may write zeros.
	sift func(m *marks, n int, starts *[stretch / 64]uint64) found
	// pack copies the lines that begin at the places of starts, one word for each block of p, one behind the other, and
	// gives the length of the copy. Each of them is eleven digits and one byte more, in whose place an LF stands in the
	// copy. At least slack bytes follow the blocks; into is at least 64 bytes longer than they are.
	pack func(p []byte, starts []uint64, into []byte) int
}

// marks tell of a text, one bit a byte and the first one in the lowest bit of a block, which bytes are LF, which are a CR
// before an LF, and which are none of these and no digit. The block 0 stands before the text, which begins with a line; what
// is known of the text itself begins with the block 1.
type marks struct{ ends, returns, odd [stretch/64 + 2]uint64 }

// finish sets what stands before n blocks and ends the marks behind them: nothing is known of what follows, hence a CR at
// the end is no line end.
func (m *marks) finish(n int) {
	const top = 1 << 63
	m.ends[0] = top
	m.returns[n] &^= top
	for i := n + 1; i < min(n+10, len(m.ends)); i++ {
		m.ends[i], m.returns[i], m.odd[i] = 0, 0, 0
	}
}

var portable = kernels{"words", wordRecords, wordMasks, wordFind, sift, wordPack}
