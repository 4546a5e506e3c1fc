package bundle

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"sort"
	"strconv"
	"sync"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// lineIndex is where in disclosures.ndjson one can begin to read: a point every pointStep bytes, so that its size is a
// fixed part of the file's, whatever the file says.
type lineIndex struct {
	lock   sync.Mutex
	done   bool
	f      *os.File // nil: the bundle has none
	size   int64
	points []point
}

// point is a line that is in order: its entry and where it begins.
type point struct{ seq, offset int64 }

const pointStep = 64 << 10

// maxBad is how many malformed lines are named one by one.
const maxBad = 1000

func (x *lineIndex) close() {
	x.lock.Lock()
	defer x.lock.Unlock()
	if x.f != nil {
		x.f.Close()
	}
}

// HasDisclosures tells whether the bundle was made with personal data.
func (b *Bundle) HasDisclosures() bool {
	f, _, err := b.open(disclosures)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// Disclosures yields what disclosures.ndjson has of [from, to). Its first use reads the whole file once; lines that are
// malformed or out of order are left out and stand in Problems.
func (b *Bundle) Disclosures(ctx context.Context, from, to int64) iter.Seq2[ledger.Disclosed, error] {
	return func(yield func(ledger.Disclosed, error) bool) {
		x, err := b.indexed(ctx)
		if err != nil || x == nil || from >= to {
			if err != nil {
				yield(ledger.Disclosed{}, err)
			}
			return
		}
		at := sort.Search(len(x.points), func(i int) bool { return x.points[i].seq > from }) - 1
		if at < 0 {
			at = 0
		}
		if len(x.points) == 0 || x.points[at].seq >= to {
			return
		}
		start := x.points[at]
		err = scan(ctx, io.NewSectionReader(x.f, start.offset, x.size-start.offset), func(l line) bool {
			switch {
			case l.bad || l.seq < from:
				return true
			case l.seq >= to:
				return false
			}
			return yield(ledger.Disclosed{Seq: l.seq, SD: l.sd}, nil)
		})
		if err != nil {
			yield(ledger.Disclosed{}, b.lineFault(ctx, err))
		}
	}
}

func (b *Bundle) lineFault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return readFault(b.path, err)
}

// indexed makes the index when it is not there yet; nil when there is nothing to be indexed.
func (b *Bundle) indexed(ctx context.Context) (*lineIndex, error) {
	x := &b.lines
	x.lock.Lock()
	defer x.lock.Unlock()
	if !x.done {
		f, size, err := b.open(disclosures)
		if absent(err) {
			x.done = true
			return nil, nil
		}
		if err != nil {
			return nil, readFault(b.path, err)
		}
		var points []point
		bad := int64(0)
		err = scan(ctx, io.NewSectionReader(f, 0, size), func(l line) bool {
			if l.bad {
				if bad++; bad <= maxBad {
					b.problem(ledger.Finding{Code: ledger.BagMalformed, Seq: -1, Detail: i18n.Tf("disclosures.ndjson dosyasının %s. satırı geçersiz ya da sırasız",
						"line %s of disclosures.ndjson is not valid or out of order", strconv.FormatInt(l.number, 10))})
				}
			} else if n := len(points); n == 0 || l.offset-points[n-1].offset >= pointStep {
				points = append(points, point{l.seq, l.offset})
			}
			return true
		})
		if err != nil {
			f.Close()
			return nil, b.lineFault(ctx, err)
		}
		if bad > maxBad {
			b.problem(ledger.Finding{Code: ledger.BagMalformed, Seq: -1, Detail: i18n.Tf("disclosures.ndjson dosyasında geçersiz %d satır daha var",
				"disclosures.ndjson has %d more lines that are not valid", bad-maxBad)})
		}
		x.f, x.size, x.points, x.done = f, size, points, true
	}
	if x.f == nil {
		return nil, nil
	}
	return x, nil
}

// line is one of disclosures.ndjson. sd is valid until the next one.
type line struct {
	number, offset int64
	seq            int64
	sd             []byte
	bad            bool
}

// scan reads lines up to the end, or until fn has enough. Each entry must be greater than the one before it, so reading
// on from any good line judges the rest alike. The error is the reader's or the context's.
func scan(ctx context.Context, r io.Reader, fn func(line) bool) error {
	last := int64(-1)
	in := bufio.NewReaderSize(r, 128<<10)
	var long []byte // a line that is longer than the reader's buffer
	l := line{}
	for {
		text, err := in.ReadSlice('\n')
		read := int64(len(text))
		if errors.Is(err, bufio.ErrBufferFull) {
			long = append(long[:0], text...)
			for errors.Is(err, bufio.ErrBufferFull) {
				text, err = in.ReadSlice('\n')
				read += int64(len(text))
				if len(long) <= maxLine {
					long = append(long, text...)
				}
			}
			text = long
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if read == 0 {
			return nil
		}
		l.number++
		if l.number%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		end := len(text) - 1
		l.bad = read > maxLine || text[end] != '\n'
		if !l.bad {
			var ok bool
			l.seq, l.sd, ok = parseLine(l.sd[:0], text[:end])
			l.bad = !ok || l.seq <= last
		}
		if !l.bad {
			last = l.seq
		}
		if !fn(l) {
			return nil
		}
		l.offset += read
	}
}
