package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// start compares the wall time of commands that need nothing with a cobra hello-world's.
func (s *suite) start(ctx context.Context) error {
	programs := []struct {
		name string
		args []string
		goal string
	}{
		{"hello", []string{"version"}, ""},
		{"iskurctl", []string{"version"}, "at most 1.5"},
		{"iskurctl", []string{"help"}, ""},
		{"iskurctl", []string{"tc", "validate", "10000000146"}, ""},
	}
	times := make([][]float64, len(programs))
	cpu := make([][]float64, len(programs))
	for i := range s.starts + 5 { // alternating, so that a busy moment hits all; the first rounds warm the page cache
		for p, prog := range programs {
			e, err := must(s.command(ctx, "start", prog.name, prog.args...))
			if err != nil {
				return err
			}
			if i >= 5 {
				times[p] = append(times[p], float64(e.wall)/float64(time.Millisecond))
				cpu[p] = append(cpu[p], float64(e.cpu)/float64(time.Millisecond))
			}
		}
	}
	helloLow, hello, _ := spread(times[0])
	for p, prog := range programs[1:] {
		low, mid, _ := spread(times[p+1])
		s.row(fmt.Sprintf("start: `iskurctl %s`, median (min) of %d", strings.Join(prog.args, " "), s.starts),
			fmt.Sprintf("%.2f (%.2f) ms", mid, low), fmt.Sprintf("cobra hello-world %.2f (%.2f) ms", hello, helloLow),
			fmt.Sprintf("%.2f (%.2f)", mid/hello, low/helloLow), prog.goal, mid/hello <= 1.5)
	}
	_, ours, _ := spread(cpu[1])
	_, theirs, _ := spread(cpu[0])
	s.row("start: CPU of `iskurctl version`, median (less shaken by other work than wall time)",
		fmt.Sprintf("%.2f ms", ours), fmt.Sprintf("%.2f ms", theirs), fmt.Sprintf("%.2f", ours/theirs), "", true)
	return s.inits(ctx)
}

// inits sums what the runtime says about package initialisation and lists the packages that take longest.
func (s *suite) inits(ctx context.Context) error {
	const times = 15
	perPackage := map[string][]float64{}
	total := map[string][]float64{}
	for range times {
		for _, name := range []string{"hello", "iskurctl"} {
			cmd := s.command(ctx, "start", name, "version")
			cmd.Env = append(cmd.Env, "GODEBUG=inittrace=1")
			e, err := must(cmd)
			if err != nil {
				return err
			}
			sum := 0.0
			for line := range strings.SplitSeq(e.stderr, "\n") {
				var pkg, at, unit string
				var clock float64
				if n, _ := fmt.Sscanf(line, "init %s %s %s %f ms clock", &pkg, &at, &unit, &clock); n < 4 {
					continue
				}
				sum += clock
				if name == "iskurctl" {
					perPackage[pkg] = append(perPackage[pkg], clock)
				}
			}
			total[name] = append(total[name], sum)
		}
	}
	_, hello, _ := spread(total["hello"])
	_, ours, _ := spread(total["iskurctl"])
	s.row("package init, sum of clocks", fmt.Sprintf("%.2f ms", ours), fmt.Sprintf("%.2f ms", hello), fmt.Sprintf("%.1f", ours/hello), "", true)

	type cost struct {
		pkg string
		ms  float64
	}
	var costs []cost
	for pkg, v := range perPackage {
		_, mid, _ := spread(v)
		costs = append(costs, cost{pkg, mid})
	}
	slices.SortFunc(costs, func(a, b cost) int { return int(1e6 * (b.ms - a.ms)) })
	fmt.Println("longest package inits of iskurctl (median of", times, "in ms):")
	for _, c := range costs[:min(12, len(costs))] {
		fmt.Printf("  %.3f  %s\n", c.ms, c.pkg)
	}
	return nil
}
