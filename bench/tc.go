package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// listBytes is the size of the lists, in bytes.
const listBytes = 1_000_000_000

// recordLines is the number of lines of which records are written.
const recordLines = 10_000_000

// validate compares `tc validate --summary` with wc -l and with grep on the same cached file, in the portable build and, for
// amd64, in the one with vector kernels; and tells what the cores can read at all.
func (s *suite) validate(ctx context.Context) error {
	if err := s.lists(ctx); err != nil {
		return err
	}
	builds := []string{"iskurctl"}
	if err := s.vectorBuild(ctx); err != nil {
		fmt.Println("no build with vector kernels:", err)
	} else {
		builds = append(builds, "iskurctl-simd")
	}
	fixed := s.program("fixed.txt")
	tasks := map[string]func() (ended, error){
		"wc":   func() (ended, error) { return must(exec.CommandContext(ctx, "wc", "-l", fixed)) },
		"read": func() (ended, error) { return readOn(2, fixed) },
		"grep": func() (ended, error) {
			cmd := exec.CommandContext(ctx, "grep", "-cE", "^[1-9][0-9]{10}$", fixed)
			cmd.Env = append(os.Environ(), "LC_ALL=C")
			cmd.Stdout = io.Discard // a pipe: told that it goes to /dev/null, grep stops at the first match
			return must(cmd)
		},
	}
	order := []string{"wc", "read", "grep"}
	for _, build := range builds {
		for _, file := range []string{"fixed.txt", "crlf.txt", "mixed.txt", "rows.csv"} {
			args := []string{"tc", "validate", "--summary", "--input", s.program(file)}
			if file == "rows.csv" {
				args = append(args, "--column", "TCKN")
			}
			name := build + " " + file
			order = append(order, name)
			tasks[name] = func() (ended, error) { return s.judged(ctx, build, args...) }
		}
	}
	walls, cpus, peaks, err := alternate(s.rounds, order, tasks)
	if err != nil {
		return err
	}
	wc, grep := middle(walls["wc"]), middle(walls["grep"])
	s.row("limit: 1 GB read in blocks by two goroutines, nothing else", rate(listBytes, middle(walls["read"])), "`wc -l` "+rate(listBytes, wc), ratio(middle(walls["read"]), wc), "", true)
	for _, build := range builds {
		goal := 3.0
		if build != "iskurctl" {
			goal = 1.2
		}
		plain := middle(walls[build+" fixed.txt"])
		say := func(file string) string {
			name := build + " " + file
			return fmt.Sprintf("%.3f s; CPU %.2f s; peak %d MiB", middle(walls[name]), middle(cpus[name]), peaks[name]>>20)
		}
		s.row("validate --summary, 1 GB of lines of 11 digits, "+build, say("fixed.txt"), fmt.Sprintf("`wc -l` %.3f s; CPU %.2f s", wc, middle(cpus["wc"])), ratio(plain, wc), fmt.Sprintf("at most %.1f", goal), plain <= goal*wc)
		s.row("the same", "", fmt.Sprintf("`grep -cE` %.3f s; CPU %.2f s", grep, middle(cpus["grep"])), ratio(plain, grep), "at most 0.33", plain*3 <= grep)
		mixed := middle(walls[build+" mixed.txt"])
		s.row("1 GB, a quarter of the lines of other lengths, "+build, say("mixed.txt"), fmt.Sprintf("fixed %.3f s", plain), ratio(mixed, plain), "at most 2", mixed <= 2*plain)
		crlf, rows := middle(walls[build+" crlf.txt"]), middle(walls[build+" rows.csv"])
		s.row("1 GB with CRLF, "+build, say("crlf.txt"), fmt.Sprintf("fixed %.3f s", plain), ratio(crlf, plain), "", true)
		s.row("1 GB of CSV, three columns, "+build, say("rows.csv"), fmt.Sprintf("fixed %.3f s", plain), ratio(rows, plain), "", true)
	}
	return nil
}

// ndjson measures records written to /dev/null.
func (s *suite) ndjson(ctx context.Context) error {
	if err := s.lists(ctx); err != nil {
		return err
	}
	formats := []string{"ndjson", "tsv", "csv"}
	tasks := map[string]func() (ended, error){}
	for _, format := range formats {
		tasks[format] = func() (ended, error) {
			return s.judged(ctx, "iskurctl", "tc", "validate", "-o", format, "--input", s.program("records.txt"))
		}
	}
	walls, cpus, peaks, err := alternate(s.rounds, formats, tasks)
	if err != nil {
		return err
	}
	const lines = recordLines
	for _, format := range formats {
		perSecond := lines / middle(walls[format]) / 1e6
		goal := ""
		if format == "ndjson" {
			goal = "at least 5 M"
		}
		s.row("validate, records as "+format+" to /dev/null", fmt.Sprintf("%.1f M lines a second; CPU %.0f ns a line; peak %d MiB", perSecond, middle(cpus[format])/lines*1e9, peaks[format]>>20), "", "", goal, perSecond >= 5)
	}
	return nil
}

// alternate runs the tasks in turn and gives their wall and CPU times in seconds and their peaks in bytes; a round before
// warms the page cache.
func alternate(rounds int, order []string, tasks map[string]func() (ended, error)) (walls, cpus map[string][]float64, peaks map[string]int64, err error) {
	walls, cpus, peaks = map[string][]float64{}, map[string][]float64{}, map[string]int64{}
	for round := range rounds + 1 {
		for _, name := range order {
			e, err := tasks[name]()
			if err != nil {
				return nil, nil, nil, fmt.Errorf("%s: %w", name, err)
			}
			if round > 0 {
				walls[name] = append(walls[name], e.wall.Seconds())
				cpus[name] = append(cpus[name], e.cpu.Seconds())
				peaks[name] = max(peaks[name], e.peak)
			}
		}
	}
	return walls, cpus, peaks, nil
}

// judged runs a validation, which may end with the answer that something is invalid.
func (s *suite) judged(ctx context.Context, build string, args ...string) (ended, error) {
	e, err := finish(s.command(ctx, "tc", build, args...))
	if err == nil && e.code != 0 && e.code != 3 {
		err = fmt.Errorf("exit %d: %s", e.code, e.stderr)
	}
	return e, err
}

func (s *suite) vectorBuild(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w -buildid=", "-o", s.program("iskurctl-simd"), "./cmd/iskurctl")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOEXPERIMENT=simd", "GOARCH=amd64")
	return cmd.Run()
}

// lists makes the files once: made-up numbers in the forms that lists have.
func (s *suite) lists(ctx context.Context) error {
	fixed := s.program("fixed.txt")
	if _, err := os.Stat(fixed); err == nil {
		return nil
	}
	for path, lines := range map[string]int{fixed: listBytes / 12, s.program("records.txt"): recordLines} {
		cmd := s.command(ctx, "tc", "iskurctl", "tc", "generate", "--count", fmt.Sprint(lines), "--seed", "1", "--fields", "value", "--no-headers", "--out", path)
		if _, err := must(cmd); err != nil {
			return err
		}
	}
	// The other files repeat few of these: what this process holds counts as its children's peak too.
	numbers := make([]byte, 1_200_000)
	f, err := os.Open(fixed)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.ReadFull(f, numbers); err != nil {
		return err
	}
	var crlf, mixed, rows bytes.Buffer
	i := uint32(1)
	for line := range bytes.Lines(numbers) {
		i = i*1664525 + 1013904223
		number := line[:11]
		fmt.Fprintf(&crlf, "%s\r\n", number)
		fmt.Fprintf(&rows, "Ali Veli;%s;Ankara\n", number)
		switch r := i >> 16; {
		case r%100 == 0:
			mixed.WriteByte(' ')
		case r%4 == 0:
			number = append(number[:11:11], "12345"...)[:(r>>4)%16]
		}
		fmt.Fprintf(&mixed, "%s\n", number)
	}
	for _, f := range []struct {
		name, header string
		part         []byte
	}{{"crlf.txt", "", crlf.Bytes()}, {"mixed.txt", "", mixed.Bytes()}, {"rows.csv", "AD;TCKN;IL\n", rows.Bytes()}} {
		if err := repeat(filepath.Join(s.dir, f.name), f.header, f.part); err != nil {
			return err
		}
	}
	return nil
}

func repeat(path, header string, part []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.WriteString(header)
	for written := 0; err == nil && written < listBytes; written += len(part) {
		_, err = f.Write(part)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// readOn reads a file with several goroutines, 1 MiB at a time, and does nothing with it.
func readOn(goroutines int, path string) (ended, error) {
	f, err := os.Open(path)
	if err != nil {
		return ended{}, err
	}
	defer f.Close()
	begin := time.Now()
	var group sync.WaitGroup
	errs := make([]error, goroutines)
	for g := range goroutines {
		group.Go(func() {
			buf := make([]byte, 1<<20)
			for at := int64(g) << 20; ; at += int64(goroutines) << 20 {
				n, err := f.ReadAt(buf, at)
				if n < len(buf) {
					if err != io.EOF { // a ReaderAt says io.EOF itself
						errs[g] = err
					}
					return
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return ended{}, err
		}
	}
	return ended{wall: time.Since(begin)}, nil
}

func middle(values []float64) float64 {
	_, mid, _ := spread(values)
	return mid
}

func ratio(a, b float64) string { return fmt.Sprintf("%.2f", a/b) }

func rate(bytes int64, seconds float64) string {
	return fmt.Sprintf("%.1f GB/s (%.3f s)", float64(bytes)/seconds/1e9, seconds)
}
