package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"iskurctl/internal/tckn"
)

// tcscanSize is how much text is scanned and masked, in bytes.
const tcscanSize = 1 << 30

// tcscan compares a scan of a tree of source with ripgrep's, and masking a text with perl's, by the same expressions.
func (s *suite) tcscan(ctx context.Context) error {
	if err := s.scanTree(ctx); err != nil {
		return err
	}
	return s.maskText(ctx)
}

// beside runs our command and another program in turn and adds a row with their wall times, CPU times and our memory. good
// tells whether the ratio of other to ours reaches the goal.
func (s *suite) beside(ctx context.Context, what, goal string, ours, other []string, code int, good func(times float64) bool) error {
	var wall, otherWall, cpu, otherCPU []float64
	var peak int64
	for range s.rounds {
		cmd := exec.CommandContext(ctx, other[0], other[1:]...)
		e, err := finish(cmd)
		if err != nil || e.code > 1 {
			return fmt.Errorf("%s: exit %d: %s (%w)", other[0], e.code, e.stderr, err)
		}
		otherWall, otherCPU = append(otherWall, e.wall.Seconds()), append(otherCPU, e.cpu.Seconds())
		if e, err = finish(s.command(ctx, "tcscan", "iskurctl", ours...)); err != nil {
			return err
		}
		if e.code != code {
			return fmt.Errorf("iskurctl %s: exit %d: %s", strings.Join(ours, " "), e.code, e.stderr)
		}
		wall, cpu, peak = append(wall, e.wall.Seconds()), append(cpu, e.cpu.Seconds()), max(peak, e.peak)
	}
	low, mid, high := spread(wall)
	otherLow, otherMid, otherHigh := spread(otherWall)
	_, c, _ := spread(cpu)
	_, oc, _ := spread(otherCPU)
	s.row(fmt.Sprintf("%s, wall, median (min–max) of %d", what, s.rounds), fmt.Sprintf("%.2f s (%.2f–%.2f), %.0f MiB/s", mid, low, high, tcscanSize/mid/(1<<20)),
		fmt.Sprintf("%s %.2f s (%.2f–%.2f)", filepath.Base(other[0]), otherMid, otherLow, otherHigh), fmt.Sprintf("%.2f", mid/otherMid), goal, good(otherMid/mid))
	s.row("… CPU, user and system", fmt.Sprintf("%.2f s", c), fmt.Sprintf("%.2f s", oc), fmt.Sprintf("%.2f", c/oc), "", true)
	s.row("… peak memory", fmt.Sprintf("%.1f MiB", mib(peak)), "", "", "< 64 MiB", peak < 64<<20)
	return nil
}

// scanTree scans copies of Go's own sources, a gibibyte of them.
func (s *suite) scanTree(ctx context.Context) error {
	rg, err := exec.LookPath("rg")
	if err != nil {
		fmt.Println("tcscan: ripgrep is not installed (Debian package ripgrep): no comparison of scans")
		return nil
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	tree := filepath.Join(s.dir, "tree")
	var size int64
	files := 0
	for n := 0; size < tcscanSize; n++ {
		to := filepath.Join(tree, fmt.Sprint("copy", n))
		if err := copyTree(filepath.Join(strings.TrimSpace(string(root)), "src"), to, &size, &files); err != nil {
			return err
		}
	}
	defer func() { _ = os.RemoveAll(tree) }()
	return s.beside(ctx, fmt.Sprintf("tc scan of a tree of source, 1 GiB in %d files", files), "at most 1.2",
		[]string{"tc", "scan", tree, "--min-confidence", "low", "-o", "ndjson", "--quiet"}, []string{rg, "-c", `\b[1-9][0-9]{10}\b`, tree}, 3,
		func(times float64) bool { return times >= 1/1.2 })
}

// copyTree copies regular files until the whole tree has its size.
func copyTree(from, to string, size *int64, files *int) error {
	done := errors.New("enough")
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		*size += int64(len(b))
		*files++
		if err := os.WriteFile(filepath.Join(to, rel), b, 0o644); err != nil {
			return err
		}
		if *size >= tcscanSize {
			return done
		}
		return nil
	})
	if errors.Is(err, done) {
		return nil
	}
	return err
}

// maskText masks a gibibyte of log lines, every eighth with a number.
func (s *suite) maskText(ctx context.Context) error {
	perl, err := exec.LookPath("perl")
	if err != nil {
		fmt.Println("tcscan: perl is not installed: no comparison of masking")
		return nil
	}
	file := filepath.Join(s.dir, "mask.log")
	if err := writeLog(file); err != nil {
		return err
	}
	defer os.Remove(file)
	// The output goes to /dev/null for both.
	return s.beside(ctx, "tc mask of 1 GiB of log lines", "at most 0.2", []string{"tc", "mask", file},
		[]string{perl, "-pe", `s/(?<![0-9])([1-9][0-9]{2})[0-9]{6}([0-9]{2})(?![0-9])/$1******$2/g`, file}, 0, func(times float64) bool { return times >= 5 })
}

func writeLog(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	for n, i := 0, 0; n < tcscanSize; i++ {
		line := fmt.Sprintf("2026-11-22T10:%02d:%02d.123Z INFO istek %d tamam, süre %d ms, kullanıcı ayse%d\n", i/60%60, i%60, 1000+i%9000, i%400, i%77)
		if i%8 == 0 {
			line = fmt.Sprintf("2026-11-22T10:%02d:%02d.123Z INFO TCKN=%s sorgulandı\n", i/60%60, i%60, tckn.Complete(100_000_000+i/8%100))
		}
		k, _ := io.WriteString(w, line) // the writer keeps its first error for Flush
		n += k
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
