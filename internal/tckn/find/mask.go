package find

import "bytes"

// Masker masks the numbers that pass the check in a text that comes in pieces. The zero value looks for plain ones only.
type Masker struct{ Finder }

// Mask masks in place what can be decided in b[from:], and gives the place up to which all is decided. b[:from] is text
// that was given out before; Before bytes of it are enough. end says that nothing comes behind b; without it up to After
// bytes stay undecided, which the next call gets again, with Before bytes of what precedes them.
func (k Masker) Mask(b []byte, from int, end bool) (decided int) {
	decided = len(b)
	if !end {
		// A candidate starts at the first digit of a group only, and whatever starts After bytes before the end is known.
		// So is a group that something ends that joins no groups, such as a line end: a log that is still being written
		// is given out line by line.
		for p := max(from, len(b)-After); p < len(b); p++ {
			if !isDigit(b[p]) || p > 0 && isDigit(b[p-1]) {
				continue
			}
			end := p + 1
			for end < len(b) && isDigit(b[end]) {
				end++
			}
			if end == len(b) || b[end] == 0 || k.Grouped && isSeparator(b[end]) {
				decided = p
				break
			}
		}
	}
	f := k.Finder
	f.Wide = f.Wide && bytes.IndexByte(b, 0) >= 0 // hardly a text has any
	for at := from; ; {
		m, ok := f.Next(b, at)
		if !ok || m.Start >= decided {
			return decided
		}
		if m.Valid() {
			hide(b, m)
		}
		at = m.End
		decided = max(decided, at) // a match that started early enough is known to its end
	}
}
