package ring

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"iskurctl/internal/fault"
	"iskurctl/internal/seal"
)

func ids(keys []*seal.DataKey) []int64 {
	var all []int64
	for _, k := range keys {
		all = append(all, k.ID)
	}
	return all
}

func TestNewKeysAreDurableAndTheirIdsWereNeverUsed(t *testing.T) {
	r, st, _ := fresh(t)
	first, err := r.New(t.Context(), "consent", 150)
	must(t, err)
	if got := ids(first); len(got) != 150 || got[0] != 1 || got[149] != 150 || !slices.IsSorted(got) {
		t.Fatalf("ids %v", got)
	}
	must(t, r.Destroy(t.Context(), "consent", 150, 149))
	second, err := ringOn(t, st, 1).New(t.Context(), "consent", 2) // as another process
	must(t, err)
	if got := ids(second); !slices.Equal(got, []int64{151, 152}) {
		t.Errorf("ids %v after the last ones were destroyed", got)
	}
	other, err := r.New(t.Context(), "other", 1)
	must(t, err)
	if got := ids(other); !slices.Equal(got, []int64{1}) {
		t.Errorf("ids %v of another log", got)
	}
	if none, err := r.New(t.Context(), "consent", 0); err != nil || none != nil {
		t.Errorf("%v, %v", none, err)
	}
	seen := make(map[string]bool)
	again := ringOn(t, st, 1)
	for _, k := range slices.Concat(first[:148], second) {
		mark := marked(t, k, nil)
		if seen[mark] {
			t.Fatal("two people share a key")
		}
		seen[mark] = true
		found, err := again.Find(t.Context(), "consent", k.ID)
		if marked(t, found, err) != mark {
			t.Fatalf("key %d is not the one that was given", k.ID)
		}
	}
}

func TestProcessesThatMakeKeysAtOnceGetOnesOfTheirOwn(t *testing.T) {
	_, st, _ := fresh(t)
	var lock sync.Mutex
	var all []int64
	var group sync.WaitGroup
	for range 8 {
		r := ringOn(t, st, 1)
		group.Go(func() {
			for range 5 {
				keys, err := r.New(context.Background(), "consent", 70)
				if err != nil {
					t.Error(err)
				}
				lock.Lock()
				all = append(all, ids(keys)...)
				lock.Unlock()
			}
		})
	}
	group.Wait()
	slices.Sort(all)
	if len(slices.Compact(all)) != 8*5*70 || all[0] != 1 || all[len(all)-1] != 8*5*70 {
		t.Errorf("%d ids, from %d to %d", len(all), all[0], all[len(all)-1])
	}
}

func TestFindAllGivesWhatFindGives(t *testing.T) {
	r, st, _ := fresh(t)
	_, err := r.New(t.Context(), "consent", 400)
	must(t, err)
	_, err = r.Data(t.Context(), "consent", 10_000) // far away
	must(t, err)
	_, err = r.New(t.Context(), "other", 3)
	must(t, err)
	must(t, r.Destroy(t.Context(), "consent", 33, 350))
	changed(t, st, "DROP TRIGGER ring_data_key_fixed; UPDATE ring_data_key SET wrapped = zeroblob(40) || wrapped WHERE id = 34")
	for name, asked := range map[string][]int64{
		"a run": span(1, 400, 1), "with gaps": span(5, 400, 7), "far between": span(1, 400, 60), "beyond both ends": span(-5, 8, 1),
		"what is not there": {0, -1, 9_999, 401, 402, 403, 404, 405}, "twice, backward": {10_000, 35, 34, 33, 32, 31, 30, 33, 34}, "one": {7}, "none": nil,
		"many singles": append(span(1, 400, 20), span(100_000, 200_000, 1000)...),
	} {
		for _, warm := range []bool{false, true} {
			ring := ringOn(t, st, 1)
			if warm {
				for _, id := range span(1, 400, 3) {
					_, _ = ring.Find(t.Context(), "consent", id)
				}
			}
			found, faults, err := ring.FindAll(t.Context(), "consent", asked)
			must(t, err)
			for _, id := range asked {
				want, fail := ring.Find(t.Context(), "consent", id)
				if (fail == nil) != (faults[id] == nil) || fail != nil && fault.From(faults[id]).Code != fault.From(fail).Code {
					t.Errorf("%s, key %d: %v, want %v", name, id, faults[id], fail)
				}
				if (found[id] == nil) != (want == nil) || want != nil && marked(t, found[id], nil) != marked(t, want, nil) {
					t.Errorf("%s: key %d is not the one that Find gives", name, id)
				}
			}
			for _, id := range asked {
				delete(found, id)
			}
			if len(found) > 0 {
				t.Errorf("%s: %d keys that nobody asked for", name, len(found))
			}
		}
	}
}

func span(from, to, step int64) (all []int64) {
	for id := from; id <= to; id += step {
		all = append(all, id)
	}
	return all
}

func TestFindAllFailsAsAWhole(t *testing.T) {
	r, st, _ := fresh(t)
	_, err := r.New(t.Context(), "consent", 20)
	must(t, err)
	r = ringOn(t, st, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := r.FindAll(ctx, "consent", span(1, 20, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestManyNewKeysStayWithinTheMemoryOfTheRing(t *testing.T) {
	r, _, _ := fresh(t)
	keys, err := r.New(t.Context(), "consent", 3*maxCached)
	must(t, err)
	if len(r.cache) > maxCached {
		t.Errorf("%d keys in memory", len(r.cache))
	}
	must(t, r.Destroy(t.Context(), "consent", keys[len(keys)-1].ID))
	_, err = r.Find(t.Context(), "consent", keys[len(keys)-1].ID)
	wantFault(t, err, fault.Unverifiable, "data_key_destroyed")
}

func BenchmarkNew(b *testing.B) {
	r, _, _ := fresh(b)
	for b.Loop() {
		_, err := r.New(b.Context(), "consent", 1000)
		must(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/key")
}

func BenchmarkFindAll(b *testing.B) {
	r, st, _ := fresh(b)
	_, err := r.New(b.Context(), "consent", 10_000)
	must(b, err)
	for name, asked := range map[string][]int64{"run": span(1, 1000, 1), "far": span(1, 10_000, 40)} {
		b.Run(name, func(b *testing.B) {
			ring := ringOn(b, st, 1)
			for b.Loop() {
				_, _, err := ring.FindAll(b.Context(), "consent", asked)
				must(b, err)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(asked)), "µs/key")
		})
	}
}
