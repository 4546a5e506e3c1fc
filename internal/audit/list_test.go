package audit

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFiltersHoldTogether(t *testing.T) {
	l, _ := fresh(t)
	numbers := []string{kimlik, "10000000214", "10000000382"}
	for i := range 12 { // seq 2i at second 2i
		q := Query{User: "u" + strconv.Itoa(i%2), Host: "h", Method: Methods()[i%3], Attempt: 1}
		if q.Method == ByNumber {
			q.KimlikNo = numbers[i/3%3]
			q.Params = []Param{{"KIMLIK_NO", q.KimlikNo}}
		}
		seq := begin(t, l, q)
		if i == 11 {
			break // stays open
		}
		must(t, l.End(t.Context(), seq, Outcome{Code: Outcomes()[i%3]}))
	}
	at := func(s int) time.Time { return day.Add(time.Duration(s) * time.Second) }
	many := slices.Repeat([]string{"10000000450"}, indexedTags)
	for name, c := range map[string]struct {
		f    Filter
		want []int64
	}{
		"all":                        {Filter{}, []int64{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22}},
		"from is included":           {Filter{From: at(18)}, []int64{18, 20, 22}},
		"to is not":                  {Filter{To: at(4)}, []int64{0, 2}},
		"between two milliseconds":   {Filter{From: at(18).Add(time.Microsecond), To: at(22).Add(time.Microsecond)}, []int64{20, 22}},
		"nothing then":               {Filter{From: at(1), To: at(2)}, []int64{}},
		"before all":                 {Filter{To: at(-5)}, []int64{}},
		"user":                       {Filter{User: "u1", To: at(12)}, []int64{2, 6, 10}},
		"user in another case":       {Filter{User: "U1"}, []int64{}},
		"method":                     {Filter{Method: ByRange}, []int64{2, 8, 14, 20}},
		"outcome":                    {Filter{Outcome: Refused}, []int64{4, 10, 16}},
		"open counts as unknown":     {Filter{Outcome: Unknown}, []int64{22}},
		"one number":                 {Filter{KimlikNos: []string{kimlik}}, []int64{0, 18}},
		"two numbers":                {Filter{KimlikNos: numbers[1:]}, []int64{6, 12}},
		"many numbers":               {Filter{KimlikNos: append(slices.Clone(many), numbers[:2]...)}, []int64{0, 6, 18}},
		"no numbers":                 {Filter{KimlikNos: []string{}}, []int64{}},
		"a number nobody asked for":  {Filter{KimlikNos: many}, []int64{}},
		"number and user":            {Filter{KimlikNos: []string{kimlik}, User: "u1"}, []int64{18}},
		"number, user, time, method": {Filter{KimlikNos: append(slices.Clone(many), kimlik), User: "u1", From: at(18), Method: ByNumber, Outcome: OK}, []int64{18}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := seqs(collect(t, l.List(t.Context(), c.f))); !slices.Equal(got, c.want) {
				t.Fatalf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestLongListsComeWholeInOrderAndCanBeLeft(t *testing.T) {
	l, st := fresh(t)
	const n = 3*pageRows + 7
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range n / 20 {
				begin(t, l, query())
			}
		})
	}
	wg.Wait()
	for range n - n/20*20 {
		begin(t, l, query())
	}
	for i, f := range []Filter{{}, {KimlikNos: []string{kimlik}}, {From: day}} {
		last, entries := int64(-1), 0
		for e, err := range l.List(t.Context(), f) {
			must(t, err)
			if e.Seq <= last {
				t.Fatalf("%d: %d after %d", i, e.Seq, last)
			}
			last = e.Seq
			if entries++; entries == 1 { // what comes after the listing began is not in it, and nothing hinders it
				must(t, l.Refuse(t.Context(), query()))
			}
		}
		if entries != n+i {
			t.Fatalf("%d: %d entries, want %d", i, entries, n+i)
		}
	}
	for range l.List(t.Context(), Filter{}) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, last = range l.List(ctx, Filter{}) {
		cancel()
	}
	if !errors.Is(last, context.Canceled) {
		t.Fatalf("a stopped listing ended with %v", last)
	}
	if open := st.Read().Stats().InUse; open != 0 {
		t.Fatalf("%d connections are still in use", open)
	}
}

func TestNumbersAreFoundThroughTheIndex(t *testing.T) {
	l, st := fresh(t)
	for _, n := range []int{1, indexedTags} {
		s := l.search(Filter{KimlikNos: slices.Repeat([]string{kimlik}, n)}, 0, 1000)
		s.where.add("q.seq >= ?", int64(0))
		s.where.add("q.seq < ?", int64(1000))
		rows, err := st.Read().Query("EXPLAIN QUERY PLAN "+s.where.entries(), s.where.args...)
		must(t, err)
		plan := ""
		for rows.Next() {
			var id, parent, unused int
			var detail string
			must(t, rows.Scan(&id, &parent, &unused, &detail))
			plan += detail + "\n"
		}
		must(t, rows.Err())
		must(t, rows.Close())
		if !strings.Contains(plan, "audit_query_tag") || !strings.Contains(plan, "SEARCH o USING INTEGER PRIMARY KEY") {
			t.Errorf("%d numbers are looked for by\n%s", n, plan)
		}
	}
}
