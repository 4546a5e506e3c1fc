// Command bench measures what the project promises in figures and prints them as ratios, side by side with a yardstick
// made of the same parts: `bench/run` from the project's folder. It is no test: it never fails because of a slow
// machine. Linux only (it reads peak memory from wait4 and the machine from /proc).
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
)

// suite is one run of the benchmarks.
type suite struct {
	dir     string // temporary: binaries, stores, files
	starts  int    // alternating runs of each program
	numbers int    // numbers of a lookup batch
	clients int    // calls under way at once
	rounds  int    // alternating batches of each program
	entries int    // of the large log
	result  [][]string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	s := &suite{}
	only := flag.String("only", "start,batch,reply,ledger,consent,registry,tcscan,validate,ndjson", "which of start, batch, reply, ledger, consent, registry, tcscan, validate, ndjson")
	flag.IntVar(&s.starts, "starts", 300, "alternating runs of each program for the start")
	flag.IntVar(&s.numbers, "numbers", 20000, "numbers of a lookup batch")
	flag.IntVar(&s.clients, "concurrency", 64, "calls under way at once")
	flag.IntVar(&s.rounds, "rounds", 5, "alternating batches, or verifications, of each program")
	flag.IntVar(&s.entries, "entries", 1_000_000, "entries of the large log")
	flag.Parse()

	var err error
	if s.dir, err = os.MkdirTemp("", "iskurctl-bench-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(s.dir) }()
	if err := s.build(ctx, ".", "./cmd/iskurctl", "./bench/hello", "./bench/bareclient"); err != nil {
		return err
	}
	machine(s.dir)
	parts := map[string]func(context.Context) error{"start": s.start, "batch": s.batch, "reply": s.reply, "ledger": s.ledger, "consent": s.consent, "registry": s.registry, "validate": s.validate, "ndjson": s.ndjson, "tcscan": s.tcscan}
	for _, name := range strings.Split(*only, ",") {
		part, ok := parts[name]
		if !ok {
			return fmt.Errorf("no part %q", name)
		}
		if err := part(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	s.print()
	return nil
}

// row adds a line to the result: what, the figure of iskurctl, of the yardstick, their ratio, the goal, and whether it
// is reached.
func (s *suite) row(what, ours, yardstick, ratio, goal string, reached bool) {
	verdict := "reached"
	if !reached {
		verdict = "**missed**"
	}
	if goal == "" {
		verdict = ""
	}
	s.result = append(s.result, []string{what, ours, yardstick, ratio, goal, verdict})
}

func (s *suite) print() {
	fmt.Println("\n| what | iskurctl | yardstick | ratio | goal | |\n|---|---|---|---|---|---|")
	for _, r := range s.result {
		fmt.Println("| " + strings.Join(r, " | ") + " |")
	}
}

// spread gives minimum, median and maximum.
func spread(values []float64) (low, mid, high float64) {
	v := slices.Sorted(slices.Values(values))
	return v[0], v[len(v)/2], v[len(v)-1]
}
