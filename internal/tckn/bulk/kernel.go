package bulk

// kernels are the parts that exist once a kind of processor.
type kernels struct {
	name string
	// records counts the lines of eleven digits and LF at the start of p up to the first other one, and gives their
	// length in bytes.
	records func(p []byte, t *Tally) int
	// masks fills in one mask for each 64 bytes of p, whose length is a multiple of 64.
	masks func(p []byte, into []mask)
}

// mask tells of 64 bytes, the first one in the lowest bit, which are LF, and which are neither a digit nor LF nor a CR
// before an LF among them.
type mask struct{ ends, odd uint64 }

var portable = kernels{"words", wordRecords, wordMasks}
