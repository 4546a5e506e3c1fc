package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// batch compares a lookup of many numbers, every one of them logged durably before its call, with a bare HTTP client
// that sends the same bodies, and with one that logs as the program does, which is the bound. All are measured as whole
// commands, from start to end.
func (s *suite) batch(ctx context.Context) error {
	if err := s.build(ctx, ".", "./bench/loggedclient"); err != nil {
		return err
	}
	people := strconv.Itoa(s.numbers)
	url, stop, err := s.serve(ctx, "--people", people)
	if err != nil {
		return err
	}
	defer stop()
	numbers := filepath.Join(s.dir, "numbers.txt")
	if err := s.writeNumbers(ctx, numbers, people); err != nil {
		return err
	}

	clients := strconv.Itoa(s.clients)
	var ours, bare, logged, cpu, bareCPU, loggedCPU []float64
	var peak int64
	for round := range s.rounds {
		e, err := must(s.command(ctx, "bare", "bareclient", url, numbers, clients))
		if err != nil {
			return err
		}
		bare, bareCPU = append(bare, float64(s.numbers)/e.wall.Seconds()), append(bareCPU, float64(e.cpu)/float64(time.Millisecond))

		if e, err = must(s.command(ctx, "bare", "loggedclient", url, numbers, clients, filepath.Join(s.dir, "logged"+strconv.Itoa(round)))); err != nil {
			return err
		}
		logged, loggedCPU = append(logged, float64(s.numbers)/e.wall.Seconds()), append(loggedCPU, float64(e.cpu)/float64(time.Millisecond))

		home := "batch" + strconv.Itoa(round) // a new store each time: an old one would be larger
		if err := s.profile(ctx, home, url); err != nil {
			return err
		}
		answers := filepath.Join(s.dir, home, "answers.ndjson")
		e, err = must(s.command(ctx, home, "iskurctl", "myk", "lookup", "--tc-file", numbers, "--concurrency", clients, "--rate", "0",
			"--timeout", "1m", "--quiet", "--fields", "KIMLIK_NO,status", "--reveal", "-o", "ndjson", "--out", answers))
		if err != nil {
			return err
		}
		ours, cpu = append(ours, float64(s.numbers)/e.wall.Seconds()), append(cpu, float64(e.cpu)/float64(time.Millisecond))
		peak = max(peak, e.peak)
		if err := s.checkLog(ctx, home, numbers, answers); err != nil {
			return err
		}
	}
	_, o, _ := spread(ours)
	bareLow, b, bareHigh := spread(bare)
	low, _, high := spread(ours)
	s.row(fmt.Sprintf("batch: %d numbers, concurrency %d, calls a second, median (min–max) of %d", s.numbers, s.clients, s.rounds),
		fmt.Sprintf("%.0f (%.0f–%.0f)", o, low, high), fmt.Sprintf("bare client %.0f (%.0f–%.0f)", b, bareLow, bareHigh),
		fmt.Sprintf("%.2f", o/b), "at least 0.5", o/b >= 0.5)
	loggedLow, l, loggedHigh := spread(logged)
	s.row("batch: bare client, each call logged, calls a second", fmt.Sprintf("%.0f", o), fmt.Sprintf("logged bare client %.0f (%.0f–%.0f)", l, loggedLow, loggedHigh),
		fmt.Sprintf("%.2f; the logged one beside the bare %.2f", o/l, l/b), "", true)
	_, c, _ := spread(cpu)
	_, bc, _ := spread(bareCPU)
	_, lc, _ := spread(loggedCPU)
	perCall := 1000 / float64(s.numbers)
	s.row("batch: CPU a call, median", fmt.Sprintf("%.0f µs", c*perCall), fmt.Sprintf("bare client %.0f µs, each call logged %.0f µs", bc*perCall, lc*perCall), fmt.Sprintf("%.1f", c/bc), "", true)
	s.row("batch: peak memory", fmt.Sprintf("%.1f MiB", mib(peak)), "", "", "", true)
	return nil
}

func (s *suite) writeNumbers(ctx context.Context, file, people string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	cmd := s.command(ctx, "server", "iskurctl", "sandbox", "people", "--count", people, "--fields", "KIMLIK_NO", "--no-headers", "-o", "tsv")
	cmd.Stdout = f
	if _, err := must(cmd); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// checkLog proves that the figure is honest: every number has an answer and a finished row in the query log.
func (s *suite) checkLog(ctx context.Context, home, numbers, answers string) error {
	var log bytes.Buffer
	cmd := s.command(ctx, home, "iskurctl", "audit", "list", "--fields", "outcome", "--no-headers", "-o", "tsv")
	cmd.Stdout = &log
	if _, err := must(cmd); err != nil {
		return err
	}
	finished := bytes.Count(log.Bytes(), []byte("ok\n")) + bytes.Count(log.Bytes(), []byte("none\n"))
	if finished != s.numbers {
		return fmt.Errorf("%d of %d queries have a finished log row", finished, s.numbers)
	}
	asked, err := os.ReadFile(numbers)
	if err != nil {
		return err
	}
	got, err := os.ReadFile(answers)
	if err != nil {
		return err
	}
	for n := range bytes.Lines(asked) {
		if !bytes.Contains(got[:min(len(got), 1<<10)], bytes.TrimSpace(n)) { // answers come in input order: the first is at the top
			return fmt.Errorf("the first number has no answer")
		}
		break
	}
	if lines := bytes.Count(got, []byte("\n")); lines < s.numbers {
		return fmt.Errorf("%d answers for %d numbers", lines, s.numbers)
	}
	return nil
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
