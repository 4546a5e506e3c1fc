package bundle

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// CompareRecords compares records.csv with what it should be, line by line: want gives the rows, the header first, each
// beginning with the number of its entry, ascending; size is that of the log. The findings are ProjectionDrift, one a run
// of lines and at most a hundred, or FileMissing. Lines of entries that the bundle does not have are passed over: that the
// entry is missing is a finding of ledger.Verify's.
func (b *Bundle) CompareRecords(ctx context.Context, size int64, want iter.Seq2[[]string, error]) (findings []ledger.Finding, err error) {
	if size == 0 {
		return nil, nil // no readable checkpoint: nothing says which entries there are
	}
	f, err := b.Records()
	if errors.Is(err, fs.ErrNotExist) {
		return []ledger.Finding{{Code: ledger.FileMissing, Seq: -1, Detail: i18n.Tf("dosya yok: %s", "the file is missing: %s", records)}}, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text := &rowReader{r: f}
	in := lines{csv: csv.NewReader(text), text: text, size: size, taken: true}
	in.csv.ReuseRecord = true
	header := true
	for row, err := range want {
		seq := int64(-1) // of the header
		if err == nil && !header {
			seq, err = strconv.ParseInt(row[0], 10, 64)
		}
		header = false
		if err == nil {
			in.csv.FieldsPerRecord = len(row)
			err = in.upTo(ctx, b, seq)
		}
		if err != nil {
			return nil, err
		}
		in.taken = in.seq == seq
		in.judge(in.err == nil && in.taken && slices.EqualFunc(in.row, row, sameField))
		if in.enough() {
			break
		}
	}
	if err := in.upTo(ctx, b, math.MaxInt64); err != nil {
		return nil, err
	}
	in.judge(in.err == nil || errors.Is(in.err, io.EOF))
	in.judge(true)
	return in.findings, nil
}

// lines is records.csv as it is read, with the runs of lines that are not as they should be.
type lines struct {
	csv      *csv.Reader
	text     *rowReader
	size     int64 // of the log
	number   int64
	seq      int64 // of the present line
	row      []string
	err      error
	taken    bool // the present line was compared
	first, n int64
	findings []ledger.Finding
}

// maxRow is more bytes than a row of records.csv can have: an entry has 64 KiB, its disclosures a line of 1 MiB, and
// quoting doubles at most. One without an end would else be read into memory whole.
const maxRow = 4 << 20

// rowReader ends with an error where a row is too long.
type rowReader struct {
	r    io.Reader
	left int
}

func (r *rowReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errRow
	}
	n, err := r.r.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

var errRow = errors.New("a row is too long")

// enough ends the work on a file that has little to do with the entries.
func (l *lines) enough() bool { return len(l.findings) >= 100 || l.n > 100_000 }

// promised tells whether the bundle should have an entry: whoever adds a line for one that it should not, adds what nobody
// signed.
func (b *Bundle) promised(seq int64) bool {
	r, ok := b.Range()
	return seq >= b.info.pruned && (!ok || seq >= r.From && seq < r.To)
}

// upTo reads on to the line of entry seq or of a later one. What lies before has no entry that it would belong to: that is
// a finding, unless the bundle should have the entry and has it not, which is found by its own name.
func (l *lines) upTo(ctx context.Context, b *Bundle, seq int64) error {
	for !l.enough() {
		if l.taken && l.err == nil {
			l.number++
			l.taken = false
			l.text.left = maxRow
			if l.row, l.err = l.csv.Read(); l.err == nil && l.number > 1 {
				l.seq, l.err = strconv.ParseInt(l.row[0], 10, 64)
			} else if l.number == 1 {
				l.seq = -1
			}
		}
		if l.err != nil || l.seq >= seq && l.seq < l.size {
			return nil
		}
		there := l.seq < 0 || l.seq >= l.size || !b.promised(l.seq)
		for _, err := range b.Entries(ctx, l.seq, l.seq+1) {
			if err != nil {
				return err
			}
			there = true
		}
		l.judge(!there)
		l.taken = true
	}
	return nil
}

// judge notes whether a line is as it should be.
func (l *lines) judge(ok bool) {
	switch {
	case !ok && l.n == 0:
		l.first, l.n = l.number, 1
	case !ok:
		l.n++
	case l.n > 0:
		l.findings = append(l.findings, ledger.Finding{Code: ledger.ProjectionDrift, Seq: -1, Detail: i18n.Tf("records.csv: %s. satırdan başlayarak %d satır kayıtlarla uyuşmuyor",
			"records.csv: %[2]d lines from line %[1]s on do not agree with the entries", strconv.FormatInt(l.first, 10), l.n)})
		l.n = 0
	}
}

// Unknown stands in a row for a value that cannot be told, since the entry that says it is not there.
const Unknown = "\x00"

// sameField compares a field of records.csv with what was written there: encoding/csv reads CR LF within a field as LF.
func sameField(got, want string) bool {
	return got == want || want == Unknown || got == strings.ReplaceAll(want, "\r\n", "\n")
}
