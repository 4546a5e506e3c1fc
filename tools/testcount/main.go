// Command testcount reads `go test -json` from standard input, shows what a person needs (one line a package, the
// output of what failed, the name and reason of every skipped test) and ends with one counted line:
//
//	N passed, N failed, N skipped
//
// Subtests count. A package that does not build or dies counts as failed. It ends with 1 when anything failed, or when
// nothing ran at all; -label NAME puts "NAME: " before the counted line. With -skips REGEXP a test that was skipped for a
// reason which the expression does not match counts as failed too; without it any reason will do.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// event is a line of `go test -json` (see `go doc test2json`).
type event struct {
	Action, Package, Test, Output, ImportPath, FailedBuild string
	Elapsed                                                float64
}

type counts struct {
	passed, failed, skipped int
	output                  map[string][]string // of what is still running, by package and test
	failedTests             map[string]bool     // packages in which a test failed
	skips                   []string
	mayskip                 *regexp.Regexp
}

func main() {
	label := flag.String("label", "", "word before the counted line")
	skips := flag.String("skips", "", "regular expression of the reasons for which a test may be skipped")
	flag.Parse()
	c := counts{output: map[string][]string{}, failedTests: map[string]bool{}, mayskip: regexp.MustCompile(*skips)}
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			c.line(line)
		}
		if err != nil {
			break
		}
	}
	os.Exit(c.end(*label))
}

func (c *counts) line(line string) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil { // the go command itself speaking
		fmt.Print(line)
		return
	}
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Print(e.Output)
	case "output":
		c.output[key] = append(c.output[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			c.pkg(e)
		} else {
			c.test(e, key)
		}
		delete(c.output, key)
	}
}

func (c *counts) test(e event, key string) {
	switch e.Action {
	case "pass":
		c.passed++
	case "skip":
		why := reason(c.output[key])
		if !c.mayskip.MatchString(why) {
			c.failed++
			fmt.Printf("FAIL %s was skipped: %s\n", key, why)
			return
		}
		c.skipped++
		c.skips = append(c.skips, key+"\n    "+why)
	case "fail":
		c.failed++
		c.failedTests[e.Package] = true
		fmt.Printf("FAIL %s\n%s", key, strings.Join(c.output[key], ""))
	}
}

func (c *counts) pkg(e event) {
	switch {
	case e.Action == "skip":
		fmt.Printf("   -        %s (no tests)\n", e.Package)
	case e.Action == "pass":
		fmt.Printf("  ok %6.1fs %s\n", e.Elapsed, e.Package)
	default:
		fmt.Printf("FAIL %6.1fs %s\n", e.Elapsed, e.Package)
		if !c.failedTests[e.Package] { // died, timed out or did not build: no test says so
			c.failed++
			fmt.Print(strings.Join(c.output[e.Package+" "], ""))
			for key, out := range c.output {
				if strings.HasPrefix(key, e.Package+" ") && key != e.Package+" " {
					fmt.Printf("  was running: %s\n%s", key, strings.Join(out, ""))
				}
			}
		}
	}
}

// reason finds what a skipped test said.
func reason(output []string) string {
	for _, o := range output {
		o = strings.TrimSpace(o)
		if o != "" && !strings.HasPrefix(o, "===") && !strings.HasPrefix(o, "---") {
			return o
		}
	}
	return "(no reason given)"
}

func (c *counts) end(label string) int {
	if len(c.skips) > 0 {
		fmt.Printf("\n!!! %d SKIPPED:\n", len(c.skips))
		for _, s := range c.skips {
			fmt.Println("  " + s)
		}
	}
	if label != "" {
		label += ": "
	}
	fmt.Printf("%s%d passed, %d failed, %d skipped\n", label, c.passed, c.failed, c.skipped)
	if c.failed > 0 || c.passed == 0 {
		return 1
	}
	return 0
}
