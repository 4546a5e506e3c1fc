package bulk

import "io"

// Block is a part of the input: whole lines, all of which end in LF but the last one of the last block.
type Block struct {
	Data []byte
	Line int64 // number of its first line; 0 when the work was not to be numbered
	Last bool  // no more lines follow
}

// Source cuts an input into blocks, for several goroutines at once.
type Source interface {
	// next reads a block into buf, or into a larger one in its place. It reports false at the end.
	next(buf []byte) (taken, bool)
	// rest reads the input from blocks that were taken in vain on; they are in order, and none is missing between them.
	rest(vain []taken) io.Reader
}

type taken struct {
	data   []byte
	place  int   // among the blocks, counted from 0
	from   int64 // in a file: where it begins
	last   bool
	broken bool // could not be read; rest gives the error in its place
}

// whole reports whether a block consists of lines: one without a line end that is not the last one is part of a line too
// long for a block.
func (t taken) whole() bool {
	return !t.broken && (t.last || t.data[len(t.data)-1] == '\n')
}
