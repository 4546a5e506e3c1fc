package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// consentGoals on two cores; memory as of the ledger.
const (
	importRate         = 25_000 // events a second
	consentExport      = 10 * time.Second
	consentBareExport  = 5 * time.Second
	statusAboveVersion = 20 * time.Millisecond
)

// consentLog is the consent log of a million events and what was made of it.
type consentLog struct {
	*suite
	home, events, bag, trust string
}

// consent measures a large consent log by the commands that people type.
func (s *suite) consent(ctx context.Context) error {
	c := &consentLog{suite: s, home: filepath.Join(s.dir, "consent-home"), events: filepath.Join(s.dir, "events.ndjson"), trust: filepath.Join(s.dir, "consent.trust")}
	for _, part := range []func(context.Context) error{c.prepare, c.imports, c.exports, c.verifies, c.status, c.increments} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// run is the program with the log of the sandbox profile.
func (c *consentLog) run(ctx context.Context, args ...string) (ended, string, error) {
	cmd := c.command(ctx, filepath.Base(c.home), "iskurctl", append([]string{"--profile", "sandbox", "--quiet"}, args...)...)
	var out bytes.Buffer
	cmd.Stdout = &out
	e, err := must(cmd)
	return e, out.String(), err
}

// prepare makes the events and registers the sample texts.
func (c *consentLog) prepare(ctx context.Context) error {
	if _, _, err := c.run(ctx, "sandbox", "events", "--count", strconv.Itoa(c.entries), "--out", c.events); err != nil {
		return err
	}
	_, script, err := c.run(ctx, "sandbox", "texts", "--out", filepath.Join(c.dir, "sample-texts"))
	if err != nil {
		return err
	}
	cmd := c.command(ctx, filepath.Base(c.home), "iskurctl")
	cmd.Path, cmd.Args, cmd.Stdin = "/bin/sh", []string{"sh", "-e"}, strings.NewReader(script)
	cmd.Env = append(cmd.Env, "PATH="+c.dir+":"+os.Getenv("PATH"), "ISKURCTL_PROFILE=sandbox", "ISKURCTL_QUIET=true")
	_, err = must(cmd)
	return err
}

func (c *consentLog) rate(wall time.Duration) float64 { return float64(c.entries) / wall.Seconds() }

// imports records the events, durably, in one pass; a rehearsal before it is measured on the full log, where all is skipped.
func (c *consentLog) imports(ctx context.Context) error {
	e, _, err := c.run(ctx, "consent", "import", "--input", c.events, "--rejects", filepath.Join(c.dir, "rejects.ndjson"))
	if err != nil {
		return err
	}
	c.row("consent: import of all, durable, events a second", fmt.Sprintf("%.1f k", c.rate(e.wall)/1e3), "", "", fmt.Sprintf("at least %d k", importRate/1000), c.rate(e.wall) >= importRate)
	c.memory("import", e.peak)
	if e, _, err = c.run(ctx, "consent", "import", "--input", c.events); err != nil {
		return err
	}
	c.row("consent: the same import again, rehearsed, all skipped", fmt.Sprintf("%.1f k events a second", c.rate(e.wall)/1e3), "", "", "", true)
	c.memory("import again", e.peak)
	return nil
}

func (c *consentLog) memory(what string, peak int64) {
	c.row("consent: peak memory of "+what, fmt.Sprintf("%.1f MiB", mib(peak)), "", "", fmt.Sprintf("below %d MiB", ledgerPeak), mib(peak) < ledgerPeak)
}

// exports writes the whole log, with and without personal data in turns.
func (c *consentLog) exports(ctx context.Context) error {
	walls := make([][]float64, 2)
	var peak int64
	for round := range c.rounds {
		for i, more := range [][]string{{"--no-personal-data"}, nil} {
			dir := filepath.Join(c.dir, fmt.Sprintf("consent-bag%d-%d", i, round))
			e, _, err := c.run(ctx, append([]string{"consent", "export", "--out", dir}, more...)...)
			if err != nil {
				return err
			}
			walls[i], peak, c.bag = append(walls[i], e.wall.Seconds()), max(peak, e.peak), dir
		}
	}
	for i, goal := range []time.Duration{consentBareExport, consentExport} {
		low, mid, high := spread(walls[i])
		c.row("consent: export of all, "+[]string{"without", "with"}[i]+" personal data", fmt.Sprintf("%.2f s (%.2f–%.2f)", mid, low, high), "", "", fmt.Sprintf("at most %.0f s", goal.Seconds()), mid <= goal.Seconds())
	}
	c.memory("export", peak)
	_, _, err := c.run(ctx, "consent", "checkpoint", "--out", c.trust)
	return err
}

// verify runs a verification without findings, against a copy of the trust file.
func (c *consentLog) verify(ctx context.Context, args ...string) (ended, error) {
	trust := filepath.Join(c.dir, "consent-round.trust")
	b, err := os.ReadFile(c.trust)
	if err != nil {
		return ended{}, err
	}
	if err := os.WriteFile(trust, b, 0o600); err != nil {
		return ended{}, err
	}
	e, out, err := c.run(ctx, append([]string{"consent", "verify", "--trust", trust, "-o", "json", "--jq", ".verdict"}, args...)...)
	if err == nil && strings.Trim(strings.TrimSpace(out), `"`) != "ok" {
		err = fmt.Errorf("the verdict is %s", out)
	}
	return e, err
}

func (c *consentLog) verifies(ctx context.Context) error {
	for _, v := range []struct {
		what string
		goal float64
		args []string
	}{
		{"verify --full of the store", fullRate, []string{"--full"}}, {"verify --deep of the store", deepRate, []string{"--deep"}},
		{"verify --deep of the export", 0, []string{c.bag}},
	} {
		var rates []float64
		var peak int64
		for range c.rounds {
			e, err := c.verify(ctx, v.args...)
			if err != nil {
				return err
			}
			rates, peak = append(rates, c.rate(e.wall)), max(peak, e.peak)
		}
		low, mid, high := spread(rates)
		goal := ""
		if v.goal > 0 {
			goal = fmt.Sprintf("at least %.0f k", v.goal/1e3)
		}
		c.row("consent: "+v.what+", entries a second", fmt.Sprintf("%.0f k (%.0f–%.0f)", mid/1e3, low/1e3, high/1e3), "", "", goal, mid >= v.goal)
		c.memory(v.what, peak)
	}
	return nil
}

// status asks for one person, in turns with `version`: what the look-up costs above the start of a process.
func (c *consentLog) status(ctx context.Context) error {
	number := filepath.Join(c.dir, "number.txt") // the first of the synthetic people
	if err := os.WriteFile(number, []byte("10000000146\n"), 0o600); err != nil {
		return err
	}
	var above []float64
	for range c.rounds * 8 {
		version, _, err := c.run(ctx, "version")
		if err != nil {
			return err
		}
		status, _, err := c.run(ctx, "consent", "history", "--tc-file", number)
		if err != nil {
			return err
		}
		above = append(above, float64(status.wall-version.wall)/float64(time.Millisecond))
	}
	low, mid, high := spread(above)
	c.row("consent: history of one number, above `version`", fmt.Sprintf("%.1f ms (%.1f–%.1f)", mid, low, high), "", "", fmt.Sprintf("at most %d ms", statusAboveVersion.Milliseconds()), mid <= float64(statusAboveVersion.Milliseconds()))
	return nil
}

// increments adds a thousand events and verifies what is new.
func (c *consentLog) increments(ctx context.Context) error {
	const added = 1000
	all, more := filepath.Join(c.dir, "all.ndjson"), filepath.Join(c.dir, "more.ndjson")
	if _, _, err := c.run(ctx, "sandbox", "events", "--count", strconv.Itoa(c.entries+added), "--out", all); err != nil {
		return err
	}
	before, err := os.Stat(c.events) // the first events are those of before
	if err != nil {
		return err
	}
	from, err := os.Open(all)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	rest := make([]byte, 1<<20)
	n, err := from.ReadAt(rest, before.Size())
	if !errors.Is(err, io.EOF) {
		return fmt.Errorf("the events that were added: %w", err)
	}
	if err := os.WriteFile(more, rest[:n], 0o600); err != nil {
		return err
	}
	if _, _, err := c.run(ctx, "consent", "import", "--input", more); err != nil {
		return err
	}
	peak, err := c.aboveVersion(ctx, "consent", c.verify, func(ctx context.Context) (ended, error) { e, _, err := c.run(ctx, "version"); return e, err })
	if err != nil {
		return err
	}
	c.memory("verify with 1,000 new entries", peak)
	return nil
}
