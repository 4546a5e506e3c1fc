package audit

import (
	"slices"
	"time"

	"iskurctl/internal/ledger"
)

// summary is what one chunk hands on.
type summary struct {
	events []event
	rows   map[int64]outcomeIndex
	broken []int64
	held   ledger.Range // the chunk
	gone   int64        // entries below were disposed of when its rows had been read
}

// holes is numbers of entries, added in ascending order. They come in runs.
type holes []ledger.Range

func (h *holes) add(seq int64) {
	if last := len(*h) - 1; last >= 0 && (*h)[last].To == seq {
		(*h)[last].To++
		return
	}
	*h = append(*h, ledger.Range{From: seq, To: seq + 1})
}

func (h holes) has(seq int64) bool {
	_, found := slices.BinarySearchFunc(h, seq, func(r ledger.Range, seq int64) int {
		switch {
		case r.To <= seq:
			return -1
		case r.From > seq:
			return 1
		}
		return 0
	})
	return found
}

// event is what an entry does to the state of the log.
type event struct {
	seq, query int64 // query: of an outcome
	kind       string
	code       string
	to         int64 // of pruned/1
	time       time.Time
}
