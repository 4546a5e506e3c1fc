package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ledgerGoals on two cores; memory is that of each program that looks at the whole log.
const (
	fullRate    = 500_000 // entries a second
	deepRate    = 250_000
	fsckRatio   = 1.5
	incremental = 20 * time.Millisecond
	proofTime   = 10 * time.Millisecond
	exportTime  = 5 * time.Second
	appendRatio = 0.8
	ledgerPeak  = 64 // MiB
)

// largeLog is the log of a million entries and what was made of it.
type largeLog struct {
	*suite
	store, bag, trust string
}

// ledger measures a large query log: verification beside Tessera's fsck, export, proofs, and the price of an entry.
func (s *suite) ledger(ctx context.Context) error {
	if err := s.build(ctx, ".", "./bench/ledgerstore", "./bench/ledgerproof", "./bench/ledgerappend"); err != nil {
		return err
	}
	if err := s.build(ctx, filepath.Join("test", "foreign"), "./cmd/fsck"); err != nil {
		return err
	}
	l := &largeLog{s, filepath.Join(s.dir, "large"), "", filepath.Join(s.dir, "large.trust")}
	made, err := must(s.command(ctx, "large", "ledgerstore", "-entries", strconv.Itoa(s.entries), "-out", l.store))
	if err != nil {
		return err
	}
	s.row(fmt.Sprintf("ledger: %d entries logged, hundreds a commit", s.entries), fmt.Sprintf("%.0f a second", l.rate(made.wall)), "", "", "", true)
	for _, part := range []func(context.Context) error{l.exports, l.full, l.deep, l.bundle, l.proofs, l.increments, l.appends} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// run is the program on the large log.
func (l *largeLog) run(ctx context.Context, args ...string) (ended, string, error) {
	cmd := l.command(ctx, "large-home", "iskurctl", append([]string{"--config", filepath.Join(l.store, "config.toml"), "--quiet"}, args...)...)
	var out bytes.Buffer
	cmd.Stdout = &out
	e, err := must(cmd)
	return e, out.String(), err
}

func (l *largeLog) rate(wall time.Duration) float64 { return float64(l.entries) / wall.Seconds() }

// exports writes the whole log, each time anew. What was written before stays: ext4 looks long for a place for a file where
// thousands were removed a moment ago.
func (l *largeLog) exports(ctx context.Context) error {
	var walls []float64
	var peak int64
	for round := range l.rounds {
		l.bag = filepath.Join(l.dir, "large-bag"+strconv.Itoa(round))
		e, _, err := l.run(ctx, "audit", "export", "--out", l.bag)
		if err != nil {
			return err
		}
		walls, peak = append(walls, e.wall.Seconds()), max(peak, e.peak)
	}
	low, mid, high := spread(walls)
	l.row("ledger: export of all, durable", fmt.Sprintf("%.2f s (%.2f–%.2f)", mid, low, high), "", "", fmt.Sprintf("at most %.0f s", exportTime.Seconds()), mid <= exportTime.Seconds())
	l.memory("export", peak)
	_, _, err := l.run(ctx, "audit", "checkpoint", "--out", l.trust)
	return err
}

func (l *largeLog) memory(what string, peak int64) {
	l.row("ledger: peak memory of "+what, fmt.Sprintf("%.1f MiB", mib(peak)), "", "", fmt.Sprintf("below %d MiB", ledgerPeak), mib(peak) < ledgerPeak)
}

// verify runs a verification without findings, against a copy of the trust file.
func (l *largeLog) verify(ctx context.Context, args ...string) (ended, error) {
	trust := filepath.Join(l.dir, "round.trust")
	b, err := os.ReadFile(l.trust)
	if err != nil {
		return ended{}, err
	}
	if err := os.WriteFile(trust, b, 0o600); err != nil {
		return ended{}, err
	}
	e, out, err := l.run(ctx, append([]string{"audit", "verify", "--trust", trust, "-o", "json", "--jq", ".verdict"}, args...)...)
	if err == nil && strings.Trim(strings.TrimSpace(out), `"`) != "ok" {
		err = fmt.Errorf("the verdict is %s", out)
	}
	return e, err
}

func (l *largeLog) full(ctx context.Context) error { return l.level(ctx, "--full", fullRate) }
func (l *largeLog) deep(ctx context.Context) error { return l.level(ctx, "--deep", deepRate) }

// level measures a verification of the store.
func (l *largeLog) level(ctx context.Context, level string, goal float64) error {
	var rates []float64
	var peak int64
	for range l.rounds {
		e, err := l.verify(ctx, level)
		if err != nil {
			return err
		}
		rates, peak = append(rates, l.rate(e.wall)), max(peak, e.peak)
	}
	low, mid, high := spread(rates)
	l.row("ledger: verify "+level+" of the store, entries a second", fmt.Sprintf("%.0f k (%.0f–%.0f)", mid/1e3, low/1e3, high/1e3), "", "",
		fmt.Sprintf("at least %.0f k", goal/1e3), mid >= goal)
	l.memory("verify "+level+" of the store", peak)
	return nil
}

// bundle measures verifications of the export in turns with Tessera's fsck on the same files. Ours reads more: all files
// of the bag with their manifest, the personal values and the table among them.
func (l *largeLog) bundle(ctx context.Context) error {
	var ours, theirs []float64
	var peak, theirPeak int64
	for range l.rounds {
		e, err := l.verify(ctx, l.bag, "--full")
		if err != nil {
			return err
		}
		ours, peak = append(ours, e.wall.Seconds()), max(peak, e.peak)
		if e, err = must(l.command(ctx, "large-home", "fsck", filepath.Join(l.bag, "data"))); err != nil {
			return err
		}
		theirs, theirPeak = append(theirs, e.wall.Seconds()), max(theirPeak, e.peak)
	}
	low, mid, high := spread(ours)
	theirLow, their, theirHigh := spread(theirs)
	l.row("ledger: verify --full of the export", fmt.Sprintf("%.2f s (%.2f–%.2f), %.0f k entries a second", mid, low, high, float64(l.entries)/mid/1e3),
		fmt.Sprintf("tessera fsck %.2f s (%.2f–%.2f)", their, theirLow, theirHigh), fmt.Sprintf("%.2f", mid/their), fmt.Sprintf("at most %.1f", fsckRatio), mid/their <= fsckRatio)
	l.memory("verify --full of the export", peak)
	l.row("ledger: peak memory of fsck", "", fmt.Sprintf("%.1f MiB", mib(theirPeak)), "", "", true)
	return nil
}

// proofs measures proofs of entries all over the log, in a process each time, so that its first one counts with all that it
// needs.
func (l *largeLog) proofs(ctx context.Context) error {
	args := []string{l.store}
	for i := range 200 {
		args = append(args, strconv.Itoa((i*7919+3)*l.entries/200%l.entries))
	}
	var first, later []float64
	for range l.rounds * 4 {
		cmd := l.command(ctx, "large-home", "ledgerproof", args...)
		var out bytes.Buffer
		cmd.Stdout = &out
		if _, err := must(cmd); err != nil {
			return err
		}
		var opening, one, more float64
		if _, err := fmt.Sscan(out.String(), &opening, &one, &more); err != nil {
			return err
		}
		first, later = append(first, one), append(later, more)
	}
	low, mid, high := spread(first)
	_, more, _ := spread(later)
	l.row("ledger: proof of one entry, with opening the store", fmt.Sprintf("%.1f ms (%.1f–%.1f); the next ones %.2f ms", mid, low, high, more), "", "",
		fmt.Sprintf("at most %d ms", proofTime.Milliseconds()), mid <= float64(proofTime.Milliseconds()))
	return nil
}

// increments adds a thousand entries and verifies what is new. It reads 4,096 of the old entries again, too.
func (l *largeLog) increments(ctx context.Context) error {
	if _, err := must(l.command(ctx, "large-home", "ledgerstore", "-entries", "1000", "-out", l.store, "-add")); err != nil {
		return err
	}
	peak, err := l.aboveVersion(ctx, "ledger", l.verify, func(ctx context.Context) (ended, error) { e, _, err := l.run(ctx, "version"); return e, err })
	if err != nil {
		return err
	}
	l.memory("verify with 1,000 new entries", peak)
	return nil
}

// aboveVersion measures a verification of what is new in turns with `version`: what it takes, and what of it is the start of a
// process.
func (s *suite) aboveVersion(ctx context.Context, log string, verify func(context.Context, ...string) (ended, error), version func(context.Context) (ended, error)) (peak int64, err error) {
	var walls, above []float64
	for range s.rounds * 4 {
		start, err := version(ctx)
		if err != nil {
			return 0, err
		}
		e, err := verify(ctx)
		if err != nil {
			return 0, err
		}
		walls, above = append(walls, float64(e.wall)/float64(time.Millisecond)), append(above, float64(e.wall-start.wall)/float64(time.Millisecond))
		peak = max(peak, e.peak)
	}
	low, mid, high := spread(above)
	_, whole, _ := spread(walls)
	s.row(log+": verify with 1,000 new entries, above `version`", fmt.Sprintf("%.1f ms (%.1f–%.1f); the whole command %.1f ms", mid, low, high, whole), "", "",
		fmt.Sprintf("at most %d ms", incremental.Milliseconds()), mid <= float64(incremental.Milliseconds()))
	return peak, nil
}

// appends comes last: it leaves a table in the store that the program does not know.
func (l *largeLog) appends(ctx context.Context) error {
	cmd := l.command(ctx, "large-home", "ledgerappend", l.store, "2000")
	var out bytes.Buffer
	cmd.Stdout = &out
	e, err := must(cmd)
	if err != nil {
		return err
	}
	var bare, query, outcome, floor float64
	if _, err := fmt.Sscan(out.String(), &bare, &query, &outcome, &floor); err != nil {
		return err
	}
	ratio := 2 * bare / (query + outcome)
	l.row("ledger: one entry a commit, durable, median of 2,000", fmt.Sprintf("query %.0f µs, outcome %.0f µs", query, outcome),
		fmt.Sprintf("bare insert of two rows %.0f µs", bare), fmt.Sprintf("%.2f of its rate", ratio), fmt.Sprintf("at least %.1f", appendRatio), ratio >= appendRatio)
	l.row("ledger: the floor of that: the same rows plain, and one signature", fmt.Sprintf("%.0f µs", floor), fmt.Sprintf("bare insert of two rows %.0f µs", bare), fmt.Sprintf("%.2f of its rate", bare/floor), "", true)
	l.memory("appending", e.peak)
	return nil
}
