package app

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/itchyny/gojq"
	"github.com/rogpeppe/go-internal/testscript"
)

// The commands by which scripts look at results, at the log and at files, and write files.

// json [-of FILE|stderr] [-lines yes] EXPR [WANT] applies a jq expression to stdout, which must be exactly one JSON document (with
// -lines: one a line, as an array). Without WANT every result must be true, with it there must be one result, that text or JSON.
func cmdJSON(ts *testscript.TestScript, args []string) {
	file := option(&args, "-of", "stdout")
	lines := option(&args, "-lines", "") != ""
	want(ts, len(args) == 1 || len(args) == 2, "json [-of FILE] [-lines yes] EXPR [WANT]")
	text := ts.ReadFile(file)
	if file == "stderr" { // warnings stay text; the error is the only JSON line
		for l := range strings.Lines(text) {
			if strings.HasPrefix(l, "{") {
				text = l
			}
		}
	}
	if lines {
		text = "[" + strings.Join(strings.Split(strings.TrimSuffix(text, "\n"), "\n"), ",") + "]"
	}
	got, err := jq(text, args[0])
	if err != nil {
		ts.Fatalf("%s: %v", file, err)
	}
	if len(args) == 2 {
		if len(got) != 1 || got[0] != args[1] {
			ts.Fatalf("%s gives %q, want %q", args[0], got, args[1])
		}
		return
	}
	if len(got) == 0 || slices.ContainsFunc(got, func(s string) bool { return s != "true" }) {
		ts.Fatalf("%s gives %q", args[0], got)
	}
}

// jq gives the results of an expression on one JSON document: texts bare, everything else as JSON.
func jq(text, expr string) ([]string, error) {
	var doc any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return nil, fmt.Errorf("not one JSON document: %w", err)
	}
	q, err := gojq.Parse(expr)
	if err != nil {
		return nil, err
	}
	var out []string
	for it := q.Run(doc); ; {
		v, ok := it.Next()
		if !ok {
			return out, nil
		}
		switch v := v.(type) {
		case error:
			return nil, v
		case string:
			out = append(out, v)
		default:
			b, err := gojq.Marshal(v)
			if err != nil {
				return nil, err
			}
			out = append(out, string(b))
		}
	}
}

// log reads the query log of a profile ("" = the default one).
func log(ts *testscript.TestScript, profile string) []string {
	args := []string{"audit", "list", "-o", "json"}
	if profile != "" {
		args = append(args, "--profile", profile)
	}
	if err := ts.Exec("iskurctl", args...); err != nil {
		ts.Fatalf("audit list: %v", err)
	}
	got, err := jq(ts.ReadFile("stdout"), ".[].outcome")
	ts.Check(err)
	return got
}

// outcomes [-profile P] CODE=N… compares the outcomes in the log, all of them.
func cmdOutcomes(ts *testscript.TestScript, args []string) {
	counts := map[string]int{}
	for _, o := range log(ts, option(&args, "-profile", "")) {
		counts[o]++
	}
	var got []string
	for o, n := range counts {
		got = append(got, o+"="+strconv.Itoa(n))
	}
	slices.Sort(got)
	slices.Sort(args)
	if !slices.Equal(got, args) {
		ts.Fatalf("the log has the outcomes %q, want %q", got, args)
	}
}

// logmatches [-profile P] [-name N]: log rows whose outcome is not not_sent equal the requests the service received.
func cmdLogMatches(ts *testscript.TestScript, args []string) {
	rows := log(ts, option(&args, "-profile", ""))
	s := serviceOf(ts, &args)
	sent := 0
	for _, o := range rows {
		if o != "not_sent" {
			sent++
		}
	}
	if int64(sent) != s.Requests() {
		ts.Fatalf("%d of %d log rows were sent, the service received %d requests", sent, len(rows), s.Requests())
	}
}

// mode FILE 0600 compares the permission bits.
func cmdMode(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 2, "mode FILE MODE")
	info, err := os.Lstat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("the mode of %s is %s, want %s", args[0], got, args[1])
	}
}

// bytes FILE TEXT writes a file; TEXT knows Go's escapes (\x00, \n, \ufeff).
func cmdBytes(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 2, "bytes FILE TEXT")
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// utf16 le|be FROM TO rewrites a UTF-8 file, with a byte order mark.
func cmdUTF16(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 3, "utf16 le|be FROM TO")
	var order binary.AppendByteOrder = binary.LittleEndian
	if args[0] == "be" {
		order = binary.BigEndian
	}
	var out []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + ts.ReadFile(args[1]))) {
		out = order.AppendUint16(out, u)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), out, 0o600))
}

// link OLD NEW makes a second name of a file.
func cmdLink(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 2, "link OLD NEW")
	ts.Check(os.Link(ts.MkAbs(args[0]), ts.MkAbs(args[1])))
}

// flip FILE OFFSET changes one byte of a file, its lowest bit.
func cmdFlip(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 2, "flip FILE OFFSET")
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	want(ts, at >= 0 && at < len(text), "flip FILE OFFSET within the file")
	text[at] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
}
