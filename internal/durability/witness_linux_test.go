package durability_test

import (
	"encoding/json"
	"fmt"
	"strings"
)

// row is one query as `audit list` shows it.
type row struct {
	Seq     int64             `json:"seq"`
	Params  map[string]string `json:"params"`
	Outcome string            `json:"outcome"`
}

// rows reads the whole log; the error holds what the program said.
func (d *desk) rows() ([]row, error) {
	d.t.Helper()
	r := d.run("audit", "list", "-o", "ndjson", "--reveal")
	if r.code != 0 {
		return nil, fmt.Errorf("audit list: exit %d: %s", r.code, r.stderr)
	}
	var out []row
	for dec := json.NewDecoder(strings.NewReader(r.stdout)); dec.More(); {
		var one row
		if err := dec.Decode(&one); err != nil {
			return nil, err
		}
		if len(out) > 0 && one.Seq <= out[len(out)-1].Seq {
			return nil, fmt.Errorf("sequence number %d comes after %d", one.Seq, out[len(out)-1].Seq)
		}
		out = append(out, one)
	}
	return out, nil
}

// verdict compares the two witnesses.
type verdict struct {
	calls   int64 // requests that the service received
	rows    int64 // rows of the log whose request may have left
	unknown int64 // of these, those whose outcome nobody knows
	lost    int64 // requests without a row
	made    int64 // rows that tell of an answer nobody gave
	odd     int64 // rows with an outcome that this service never causes
}

// judge counts by number, so that a row of one person cannot stand for the lost row of another. A row may exist without
// a request: the process was killed in between, and the row says `unknown`.
func judge(seen map[string]int64, rows []row) verdict {
	var v verdict
	left, known := map[string]int64{}, map[string]int64{}
	for _, r := range rows {
		n := r.Params["KIMLIK_NO"]
		switch r.Outcome {
		case "ok", "none":
			known[n]++
			left[n]++
		case "unknown":
			v.unknown++
			left[n]++
		case "not_sent":
		default:
			v.odd++
			left[n]++
		}
	}
	spare := int64(0)
	for n, have := range left {
		v.rows += have
		v.made += max(0, known[n]-seen[n])
		spare += max(0, have-seen[n])
	}
	for n, times := range seen {
		v.calls += times
		if n == "" { // head received, body cut off: some row beyond the others must be its
			v.lost += max(0, times-spare)
			continue
		}
		v.lost += max(0, times-left[n])
	}
	return v
}

// sound says what is wrong with the log, or "".
func (v verdict) sound() string {
	switch {
	case v.lost > 0:
		return fmt.Sprintf("%d of %d calls have no row", v.lost, v.calls)
	case v.made > 0:
		return fmt.Sprintf("%d rows tell of answers that were never given", v.made)
	case v.odd > 0:
		return fmt.Sprintf("%d rows have an outcome that nothing caused", v.odd)
	case v.rows < v.calls:
		return fmt.Sprintf("%d rows for %d calls", v.rows, v.calls)
	}
	return ""
}

// settled makes one more query, which closes what killed processes left open, and wants nothing pending after it.
func (d *desk) settled() {
	d.t.Helper()
	d.must("myk", "lookup", "10000000146", "-q")
	if out := strings.TrimSpace(d.must("audit", "pending", "-o", "json")); out != "[]" {
		d.t.Errorf("still pending after a further query: %.500s", out)
	}
}

// verifies reports whether this program can check its log; the help of an unknown verb is that of its noun.
func (d *desk) verifies() bool {
	r := d.run("audit", "verify", "--help")
	return r.code == 0 && strings.Contains(r.stdout, "iskurctl audit verify")
}
