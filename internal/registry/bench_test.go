package registry

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"iskurctl/internal/audit"
	"iskurctl/internal/store"
)

// benchRows is how many rows the benchmarks have: REGISTRY_BENCH_ROWS, else 20,000. REGISTRY_BENCH_DIR keeps the store for
// the next run.
func benchRows() int {
	if n, err := strconv.Atoi(os.Getenv("REGISTRY_BENCH_ROWS")); err == nil {
		return n
	}
	return 20_000
}

// many gives rows in no order, as an import would.
func many(n int) iter.Seq2[Row, error] {
	given := []string{"Ayşe", "Çağrı", "Işıl", "İpek", "Mehmet", "Ömer", "Şule", "Zeynep"}
	surname := []string{"Irmak", "İnce", "Kaya", "Öztürk", "Şahin", "Ünal", "Yılmaz", "Çelik", "Doğan", "Güneş", "Aksoy"}
	return func(yield func(Row, error) bool) {
		for i := range n {
			p := authorised(given[i%len(given)], surname[i*7%len(surname)]+" "+surname[i/len(surname)%len(surname)])
			p.Unit, p.Title = fmt.Sprintf("%d. Hizmet Merkezi", i%900), "Memur"
			p.Phone, p.Email, p.Login = fmt.Sprintf("+90312%07d", i), fmt.Sprintf("memur%d@iskur.gov.tr", i), fmt.Sprintf("memur%d", i)
			if !yield(Row{Line: int64(i + 2), Person: p}, nil) {
				return
			}
		}
	}
}

func filled(b *testing.B) *place {
	b.Helper()
	dir := os.Getenv("REGISTRY_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	c := &clock{t: day(b, "2026-11-22")}
	if _, err := os.Stat(filepath.Join(dir, "s.db")); err == nil {
		return at(b, dir, store.Open, c)
	}
	p := at(b, dir, store.Create, c)
	plan, err := p.Plan(b.Context(), many(benchRows()))
	must(b, err)
	if len(plan.Problems) > 0 {
		b.Fatal(plan.Problems[0])
	}
	must(b, p.Apply(b.Context(), me, plan))
	return p
}

func BenchmarkList(b *testing.B) {
	p := filled(b)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range p.List(b.Context(), Query{}) {
			must(b, err)
			n++
		}
		b.ReportMetric(float64(n), "rows")
	}
}

func BenchmarkListAsOf(b *testing.B) {
	p := filled(b)
	for b.Loop() {
		for _, err := range p.List(b.Context(), Query{AsOf: "2026-11-21"}) {
			must(b, err)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	p := filled(b)
	for b.Loop() {
		for _, err := range p.List(b.Context(), Query{Search: "memur777@"}) {
			must(b, err)
		}
	}
}

func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		p := fresh(b)
		plan, err := p.Plan(b.Context(), many(benchRows()))
		must(b, err)
		must(b, p.Apply(b.Context(), me, plan))
	}
}

func BenchmarkPlanOfTheSame(b *testing.B) {
	p := filled(b)
	for b.Loop() {
		plan, err := p.Plan(b.Context(), many(benchRows()))
		must(b, err)
		if plan.Changes() > 0 {
			b.Fatal("not the same")
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	p := filled(b)
	for b.Loop() {
		found, err := p.Verify(b.Context())
		must(b, err)
		if len(found) > 0 {
			b.Fatal(found[0])
		}
	}
}

func BenchmarkAuthorised(b *testing.B) {
	p := filled(b)
	for b.Loop() {
		ok, err := p.Authorised(b.Context(), "memur777", audit.ByNumber, "2026-11-22")
		must(b, err)
		if !ok {
			b.Fatal("refused")
		}
	}
}

// What an installation without a registry pays at each verification of its log.
func BenchmarkVerifyOfNothing(b *testing.B) {
	p := fresh(b)
	for b.Loop() {
		if _, err := p.Verify(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
