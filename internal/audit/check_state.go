package audit

import (
	"iskurctl/internal/ledger"
)

// summary is what one chunk hands on.
type summary struct {
	events []event
	broken []int64
	held   ledger.Range // the chunk
	gone   int64        // entries below were disposed of when its rows had been read

	projected projected
	told      told
}

// event is what an entry does to the state of the log.
type event struct {
	seq, query int64 // query: of an outcome
	kind       string
	code       string
	to         int64 // of pruned/1
	ms         int64 // its time, since 1970
}
