// Package scan finds TC numbers that were left in files: in trees, in what is staged for a commit, in what commits added.
// It reads; it changes nothing and prints nothing. What a number looks like is known by internal/tckn/find; this package
// knows files, encodings, git and the list of findings that are allowed. `tc scan` is its only user.
package scan

import (
	"context"
	"io"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/tckn/find"
)

// Finding is one number that was found.
type Finding struct {
	Path         string // as the person would type it; in a diff from the top of the work tree
	Line, Column int64  // from 1; the column in characters
	Width        int    // characters
	Number       string // its eleven digits, in full
	Confidence   find.Confidence
	Keyword      string // what announces it, "" for none
	Fingerprint  string // names the finding in a list of allowed ones; see fingerprint.go
	Commit       string // the commit that added it; "" outside of histories
}

// Options say what is looked for, and where not.
type Options struct {
	Min     find.Confidence
	Grouped bool    // numbers parted into groups, too
	Exclude Exclude // files and folders that are left out
	Allow   *Allow  // findings that are left out; nil for none
	All     bool    // in a work tree of git, also the files that git ignores
	Workers int     // files read at once
	Env     func(name string) (string, bool)
	// Open opens a path that is neither a folder nor a regular file: a pipe, or "-" for stdin.
	Open func(ctx context.Context, path string) (io.ReadCloser, error)
}

// Report is what a scan tells while it runs, from one goroutine, in the order of paths.
type Report struct {
	Finding    func(Finding) error // an error ends the scan
	Unreadable func(path string, cause i18n.Text)
	Binary     func(path string) // a file that was named itself, and is none of text
	Warn       func(i18n.Text)
}

// guarded turns a panic into an error that repeats nothing: the text in hand may hold numbers.
func guarded(work func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = fault.New(fault.Internal, "internal", i18n.T("program hatası", "a bug in the program"))
		}
	}()
	return work()
}

// target is what a text is scanned for.
type target struct {
	path     string
	identity string      // the path that the fingerprint is made of
	added    *lineRanges // nil = every line counts
	commit   string
}

// lineRanges are lines of a text, as ascending ranges of which the ends are out.
type lineRanges struct{ ranges [][2]int64 }

// all are the lines of a text that is new as a whole.
var all = &lineRanges{ranges: [][2]int64{{0, 1 << 62}}}

func (r *lineRanges) add(from, to int64) {
	if from < to {
		r.ranges = append(r.ranges, [2]int64{from, to})
	}
}

func (r *lineRanges) has(line int64) bool {
	low, high := 0, len(r.ranges)
	for low < high {
		mid := (low + high) / 2
		switch {
		case line < r.ranges[mid][0]:
			high = mid
		case line >= r.ranges[mid][1]:
			low = mid + 1
		default:
			return true
		}
	}
	return false
}

// and gives the lines that stand in both.
func (r *lineRanges) and(other *lineRanges) *lineRanges {
	out := &lineRanges{}
	for i, j := 0, 0; i < len(r.ranges) && j < len(other.ranges); {
		a, b := r.ranges[i], other.ranges[j]
		out.add(max(a[0], b[0]), min(a[1], b[1]))
		if a[1] < b[1] {
			i++
		} else {
			j++
		}
	}
	return out
}
