package query_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/myk"
	"iskurctl/internal/myk/sandbox"
	"iskurctl/internal/query"
	"iskurctl/internal/seal"
	"iskurctl/internal/seal/ring"
	"iskurctl/internal/store"
)

// bench is a real store, a real service with faults on loopback, and a clock and a sleep that the test holds.
type bench struct {
	t       *testing.T
	service *sandbox.Service
	log     *audit.Log
	journal *query.Journal
	st      *store.Store
	keys    *seal.Keys
	cfg     query.Config
	mu      sync.Mutex
	slept   []time.Duration
}

func newBench(t *testing.T, rules ...string) *bench {
	t.Helper()
	ctx := t.Context()
	opt := sandbox.Options{Now: time.Now, People: 200, Seed: 7}
	for _, r := range rules {
		rule, err := sandbox.ParseRule(r)
		if err != nil {
			t.Fatal(err)
		}
		opt.Faults = append(opt.Faults, rule)
	}
	b := &bench{t: t, service: sandbox.New(opt)}
	srv, err := sandbox.Listen("127.0.0.1:0", b.service)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close(context.Background()) })
	schema := append(append([]store.Migration{}, audit.Migrations...), query.Migrations...)
	st, err := store.Create(ctx, store.Options{Path: filepath.Join(t.TempDir(), "s", "iskurctl.db"), Migrations: schema, LockTimeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	text, err := seal.GenerateMaster(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	master, err := seal.ParseMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Derive(master)
	if err != nil {
		t.Fatal(err)
	}
	client, err := myk.NewClient(myk.Config{BaseURL: srv.URL(), Timeout: 5 * time.Second, MaxConns: 8, Auth: myk.Auth{Type: "none"}}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	b.st, b.keys = st, keys
	keyStore, err := store.Create(context.Background(), store.Options{Path: filepath.Join(t.TempDir(), "keys.db"), Migrations: ring.Migrations})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keyStore.Close() })
	r := ring.Open(keyStore, keys, rand.Reader)
	b.log = audit.New(audit.Config{Store: st, Keys: keys, Ring: func() (ledger.Keys, error) { return r, nil }, Installation: "test", Now: time.Now, Rand: rand.Reader})
	if err := b.log.BindKey(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.journal = query.NewJournal(st, keys, "test", time.Now, rand.Reader)
	b.cfg = query.Config{
		Client: client, Log: b.log, User: "ayse", Host: "masa-12", Concurrency: 4, Now: time.Now,
		Jitter: func(limit time.Duration) time.Duration { return limit },
		Sleep: func(_ context.Context, d time.Duration) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.slept = append(b.slept, d)
			return nil
		},
	}
	return b
}

// outcomes counts the log by outcome and checks that every row that was sent is a request the service received.
func (b *bench) outcomes() map[audit.OutcomeCode]int {
	b.t.Helper()
	got := map[audit.OutcomeCode]int{}
	var sent int64
	for e, err := range b.log.List(b.t.Context(), audit.Filter{}) {
		if err != nil {
			b.t.Fatal(err)
		}
		got[e.Outcome]++
		if e.Outcome != audit.NotSent {
			sent++
		}
	}
	if received := b.service.Requests(); received != sent {
		b.t.Errorf("the service received %d requests, the log says %d were sent", received, sent)
	}
	return got
}

func (b *bench) want(want map[audit.OutcomeCode]int) {
	b.t.Helper()
	if got := b.outcomes(); fmt.Sprint(got) != fmt.Sprint(want) {
		b.t.Errorf("outcomes %v, want %v", got, want)
	}
}

func class(t *testing.T, err error, want fault.Class) *fault.Error {
	t.Helper()
	if fault.ClassOf(err) != want {
		t.Fatalf("class %v (%v), want %v", fault.ClassOf(err), err, want)
	}
	return fault.From(err)
}

const person = "10000000146"

func TestAnAnswerCarriesTheNumberAskedForAndIsLogged(t *testing.T) {
	b := newBench(t)
	a, err := query.New(b.cfg).Number(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Certificates) != 5 || a.Certificates[0].KimlikNo != person {
		t.Fatalf("%d certificates, first of %q", len(a.Certificates), a.Certificates[0].KimlikNo)
	}
	b.want(map[audit.OutcomeCode]int{audit.OK: 1})
}

func TestThreeAttemptsWithGrowingWaitsThenUnavailable(t *testing.T) {
	b := newBench(t, "status:code=503")
	_, err := query.New(b.cfg).Number(t.Context(), person)
	class(t, err, fault.Unavailable)
	b.want(map[audit.OutcomeCode]int{audit.Unavailable: 3})
	if fmt.Sprint(b.slept) != "[1s 2s]" {
		t.Errorf("waited %v, want 0.5 s · 2^n", b.slept)
	}
}

func TestAServiceThatRecoversAnswersOnTheSecondAttempt(t *testing.T) {
	b := newBench(t, "status:code=503,first=1")
	a, err := query.New(b.cfg).Number(t.Context(), person)
	if err != nil || len(a.Certificates) == 0 {
		t.Fatal(err)
	}
	b.want(map[audit.OutcomeCode]int{audit.Unavailable: 1, audit.OK: 1})
}

func TestRetryAfterIsObeyedWhenItFits(t *testing.T) {
	b := newBench(t, "status:code=429,retry_after=7,first=1")
	if _, err := query.New(b.cfg).Number(t.Context(), person); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(b.slept) != "[7s]" {
		t.Errorf("waited %v, want 7s", b.slept)
	}
}

func TestALongRetryAfterEndsTheItemAndSaysWhen(t *testing.T) {
	b := newBench(t, "status:code=503,retry_after=600")
	_, err := query.New(b.cfg).Number(t.Context(), person)
	e := class(t, err, fault.Unavailable)
	if until := time.Until(e.RetryAt); until < 590*time.Second || until > 600*time.Second {
		t.Errorf("retry at %v", e.RetryAt)
	}
	b.want(map[audit.OutcomeCode]int{audit.Unavailable: 1})
}

func TestACutReplyIsTriedAgainAndNeverReadAsNoCertificate(t *testing.T) {
	b := newBench(t, "cut")
	_, err := query.New(b.cfg).Number(t.Context(), person)
	class(t, err, fault.Protocol)
	b.want(map[audit.OutcomeCode]int{audit.Protocol: 3})
}

func TestABrokenReplyIsNotTriedAgain(t *testing.T) {
	b := newBench(t, "html200")
	_, err := query.New(b.cfg).Number(t.Context(), person)
	class(t, err, fault.Protocol)
	b.want(map[audit.OutcomeCode]int{audit.Protocol: 1})
}

func TestOurOwnRefusalIsLoggedAndNothingIsSent(t *testing.T) {
	b := newBench(t)
	b.cfg.Authorise = func(context.Context, audit.Method) error {
		return fault.New(fault.Refused, "not_authorised", i18n.T("yok", "no"))
	}
	_, err := query.New(b.cfg).Number(t.Context(), person)
	class(t, err, fault.Refused)
	b.want(map[audit.OutcomeCode]int{audit.NotSent: 1})
}

func TestAMissingPurposeIsRefusedBeforeAnyRow(t *testing.T) {
	b := newBench(t)
	b.cfg.RequirePurpose = true
	class(t, query.New(b.cfg).Start(t.Context()), fault.Refused)
	b.want(map[audit.OutcomeCode]int{})
}

func TestARangeAsksPageByPageInPieces(t *testing.T) {
	b := newBench(t)
	today := myk.Today(time.Now())
	from := myk.Date{Year: today.Year - 1, Month: 1, Day: 1}
	seen := map[string]int{}
	for p, err := range query.New(b.cfg).Range(t.Context(), from, today) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Certificates {
			seen[c.KimlikNo+c.BelgeNo]++
		}
	}
	if len(seen) == 0 {
		t.Fatal("no certificate in more than a year")
	}
	for k, n := range seen {
		if n != 1 {
			t.Fatalf("a certificate came %d times (%d characters of key)", n, len(k))
		}
	}
	if got := b.outcomes(); got[audit.OK]+got[audit.None] < 12 {
		t.Errorf("a year was asked in %v", got)
	}
}

func TestACursorThatStandsStillIsProtocolAndLoggedSo(t *testing.T) {
	b := newBench(t, "stuck_cursor")
	today := myk.Today(time.Now())
	var last error
	for _, err := range query.New(b.cfg).Range(t.Context(), today, today) {
		last = err
	}
	class(t, last, fault.Protocol)
	if got := b.outcomes(); got[audit.Protocol] != 1 {
		t.Errorf("outcomes %v", got)
	}
}

// people gives the numbers of the first n people of the service.
func (b *bench) people(n int) iter.Seq2[query.Numbered, error] {
	return func(yield func(query.Numbered, error) bool) {
		line := int64(0)
		for p := range b.service.People() {
			line++
			if line > int64(n) || !yield(query.Numbered{Line: line, KimlikNo: p.KimlikNo}, nil) {
				return
			}
		}
	}
}

func (b *bench) load(n int, resume bool) *query.Job {
	b.t.Helper()
	job, err := b.journal.Load(b.t.Context(), "", b.people(n), resume)
	if err != nil {
		b.t.Fatal(err)
	}
	return job
}

func TestABatchAnswersInInputOrder(t *testing.T) {
	b := newBench(t)
	job := b.load(150, false)
	line := int64(0)
	res, err := query.New(b.cfg).Batch(t.Context(), job, func(it query.Item) error {
		line++
		if it.Line != line || it.Err != nil {
			t.Errorf("line %d came as number %d, %v", it.Line, line, it.Err)
		}
		return nil
	})
	if err != nil || res.Stop != nil || res.Answered != 150 || res.Failed != 0 {
		t.Fatalf("%+v %v", res, err)
	}
	b.outcomes()
	if err := job.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestResumeAsksOnlyWhatIsLeft(t *testing.T) {
	b := newBench(t, "html200:every=3")
	first, err := query.New(b.cfg).Batch(t.Context(), b.load(30, false), func(query.Item) error { return nil })
	if err != nil || first.Failed != 10 || first.Answered != 20 {
		t.Fatalf("%+v %v", first, err)
	}
	asked := b.service.Requests()
	job := b.load(30, true)
	if !job.Resumed {
		t.Fatal("the job was not found again")
	}
	emitted := 0
	second, err := query.New(b.cfg).Batch(t.Context(), job, func(it query.Item) error { emitted++; return nil })
	if err != nil || b.service.Requests()-asked != 10 || emitted != 30 {
		t.Fatalf("%+v %v: %d asked, %d printed", second, err, b.service.Requests()-asked, emitted)
	}
	b.outcomes()
}

func TestAWrongPasswordStopsTheBatchAtOnce(t *testing.T) {
	b := newBench(t, "status:code=401")
	b.cfg.Concurrency = 8
	res, err := query.New(b.cfg).Batch(t.Context(), b.load(100, false), func(query.Item) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	class(t, res.Stop, fault.Refused)
	if n := b.service.Requests(); n != 1 {
		t.Errorf("%d requests with a refused password: the account may lock", n)
	}
}

func TestTenFailuresInARowStopTheBatch(t *testing.T) {
	b := newBench(t, "html200:after=5")
	b.cfg.Concurrency = 1
	res, err := query.New(b.cfg).Batch(t.Context(), b.load(150, false), func(query.Item) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	class(t, res.Stop, fault.Partial)
	if res.Answered != 5 || res.Failed < 10 || res.Failed > 12 {
		t.Errorf("%+v", res)
	}
}

func TestExtraCallsStayWithinTheBudget(t *testing.T) {
	b := newBench(t, "status:code=503,every=2")
	job := b.load(100, false)
	if _, err := query.New(b.cfg).Batch(t.Context(), job, func(query.Item) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if extra := b.service.Requests() - 100; extra > 10 {
		t.Errorf("%d extra calls for 100 items", extra)
	}
}

func TestAStoppedBatchKeepsWhatItHas(t *testing.T) {
	b := newBench(t, "slow:delay=20ms")
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("stopped by the person")
	var emitted atomic.Int64
	res, err := query.New(b.cfg).Batch(ctx, b.load(150, false), func(query.Item) error {
		if emitted.Add(1) == 5 {
			cancel(why)
		}
		return nil
	})
	if err != nil || !errors.Is(res.Stop, why) {
		t.Fatalf("%+v %v", res, err)
	}
	before, answered := b.service.Requests(), b.outcomes()
	kept, err := query.New(b.cfg).Batch(t.Context(), b.load(150, true), func(query.Item) error { return nil })
	if err != nil || kept.Answered != 150 {
		t.Fatalf("%+v %v", kept, err)
	}
	if asked, left := b.service.Requests()-before, 150-answered[audit.OK]-answered[audit.None]; asked != int64(left) {
		t.Errorf("%d asked on resume, %d were left", asked, left)
	}
	for e, err := range b.log.Pending(t.Context()) {
		t.Errorf("row %d has no outcome, %v", e.Seq, err)
	}
}

func TestANamedJobRefusesOtherNumbers(t *testing.T) {
	b := newBench(t, "html200")
	ctx := t.Context()
	if _, err := b.journal.Load(ctx, "kasim", b.people(5), false); err != nil {
		t.Fatal(err)
	}
	_, err := b.journal.Load(ctx, "kasim", b.people(6), true)
	if e := class(t, err, fault.Usage); e.Code != "job_changed" {
		t.Errorf("code %s", e.Code)
	}
}

func TestARepeatedNumberIsOneItem(t *testing.T) {
	b := newBench(t)
	twice := func(yield func(query.Numbered, error) bool) {
		for i := range int64(3) {
			if !yield(query.Numbered{Line: i + 1, KimlikNo: person}, nil) {
				return
			}
		}
	}
	job, err := b.journal.Load(t.Context(), "ayni", twice, false)
	if err != nil || job.Items != 1 {
		t.Fatalf("%+v %v", job, err)
	}
}

func TestAStoppedResumeLosesNoAnswerOfItsRows(t *testing.T) {
	b := newBench(t, "html200:every=2")
	b.cfg.Concurrency = 1
	if _, err := query.New(b.cfg).Batch(t.Context(), b.load(18, false), func(query.Item) error { return nil }); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	if _, err := query.New(b.cfg).Batch(ctx, b.load(18, true), func(query.Item) error {
		if n++; n == 4 {
			cancel()
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	answered := func() (n int) {
		for e, err := range b.log.List(t.Context(), audit.Filter{Outcome: audit.OK}) {
			if err != nil {
				t.Fatal(err)
			}
			n += min(e.Records, 1)
		}
		for e, err := range b.log.List(t.Context(), audit.Filter{Outcome: audit.None}) {
			if err != nil {
				t.Fatal(err)
			}
			n += 1 - min(e.Records, 1)
		}
		return n
	}
	for range 6 { // each run answers half of what is left; nobody may be asked again
		if _, err := query.New(b.cfg).Batch(t.Context(), b.load(18, true), func(query.Item) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if got := answered(); got != 18 {
		t.Errorf("%d answers for 18 people: somebody was asked again after an answer, or never", got)
	}
}
