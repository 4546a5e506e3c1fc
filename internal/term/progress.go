package term

import (
	"io"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"
)

const (
	progressThrottle = 100 * time.Millisecond
	progressBarWidth = 24
	progressMinWidth = 40 // narrower terminals get no bar: it would wrap, and a wrapped line cannot be cleared
)

// Progress shows on stderr how far long work has come. It is inert (every call does nothing) unless stderr is a
// terminal that can move its cursor, and it leaves no trace on the screen. It may be used from several goroutines.
type Progress struct {
	mu   sync.Mutex
	bar  *progressbar.ProgressBar
	room int64 // what is left until the total; -1 when the total is unknown
}

// Progress starts one. label is already in the reader's language; total is the number of steps, -1 when unknown.
func (s *Streams) Progress(label string, total int64) *Progress {
	if !s.ErrTTY || s.dumb || s.NoProgress || total == 0 || total < -1 || s.Width < progressMinWidth {
		return &Progress{}
	}
	bar := progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(struct{ io.Writer }{s.Err}), // not an *os.File: progressbar would fsync it on each frame
		progressbar.OptionSetDescription(shorten(label, s.Width-36)),
		progressbar.OptionSetWidth(progressBarWidth),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "━", SaucerPadding: " ", BarStart: "│", BarEnd: "│"}),
		progressbar.OptionThrottle(progressThrottle),
		progressbar.OptionShowCount(),
		progressbar.OptionShowTotalBytes(total > 0), // "(5)" instead of "(5/-)" when the total is unknown
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSpinnerType(14),
		progressbar.OptionSetSpinnerChangeInterval(0), // no goroutine that draws behind our back
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionClearOnFinish(),
	)
	if total < 0 {
		return &Progress{bar: bar, room: -1}
	}
	return &Progress{bar: bar, room: total}
}

// Add counts n more steps. Steps beyond the total are not shown. Errors of the terminal are of no interest.
func (p *Progress) Add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil || n <= 0 {
		return
	}
	if p.room >= 0 {
		// The last step is left to Finish: at the total progressbar takes itself for finished and stops drawing.
		n = int(min(int64(n), p.room-1))
		if n <= 0 {
			return
		}
		p.room -= int64(n)
	}
	_ = p.bar.Add(n)
}

// Finish takes the line off the screen for good. It may be called more than once and also when the work failed.
func (p *Progress) Finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		return
	}
	_ = p.bar.Clear()
	_ = p.bar.Exit()
	p.bar = nil
}

// shorten cuts s to at most n characters with an ellipsis.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n || n < 1 {
		return s
	}
	r := []rune(s)
	return string(r[:n-1]) + "…"
}
