package query_test

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/myk"
	"iskurctl/internal/query"
)

func TestAJobThatIsTakenAwayEndsAsDamageAndNotAsSuccess(t *testing.T) {
	b := newBench(t)
	job := b.load(20, false)
	if err := job.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	res, err := query.New(b.cfg).Batch(t.Context(), job, func(query.Item) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	class(t, res.Stop, fault.Integrity)
}

func TestAnswersOfALostJobReachNobodyElse(t *testing.T) {
	b := newBench(t, "slow:delay=20ms")
	lost := b.load(30, false)
	n := 0
	res, err := query.New(b.cfg).Batch(t.Context(), lost, func(query.Item) error {
		if n++; n == 3 {
			return lost.Delete(t.Context()) // as another process that took it for dead would
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if e := class(t, res.Stop, fault.Store); e.Code != "job_lost" {
		t.Errorf("code %s", e.Code)
	}
	asked := b.service.Requests()
	next := b.load(30, true)
	if next.Resumed || next.ID == lost.ID {
		t.Fatal("the lost job came back")
	}
	if res, err = query.New(b.cfg).Batch(t.Context(), next, func(query.Item) error { return nil }); err != nil || res.Answered != 30 {
		t.Fatalf("%+v %v", res, err)
	}
	if got := b.service.Requests() - asked; got != 30 {
		t.Errorf("%d of 30 people were asked: the others got what was left of another job", got)
	}
}

// shifted is a journal over the same store whose clock stands days later.
func (b *bench) shifted(days int) *query.Journal {
	return query.NewJournal(b.st, b.keys, "test", func() time.Time { return time.Now().AddDate(0, 0, days) }, rand.Reader)
}

func TestAJobIsKeptThirtyDaysFromItsLastUseAndNotForEver(t *testing.T) {
	b := newBench(t, "html200")
	b.load(5, false)
	resume := func(days int) bool {
		t.Helper()
		j := b.shifted(days)
		if err := j.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		job, err := j.Load(t.Context(), "", b.people(5), true)
		if err != nil {
			t.Fatal(err)
		}
		return job.Resumed
	}
	// The process that holds the job lives: age alone takes nothing from it.
	if !resume(29) || !resume(58) || !resume(500) {
		t.Error("a job of a living process was swept")
	}
}

func TestProfilesThatShareAStoreDoNotShareJobs(t *testing.T) {
	b := newBench(t)
	if _, err := b.journal.Load(t.Context(), "gece", b.people(5), false); err != nil {
		t.Fatal(err)
	}
	other := query.NewJournal(b.st, b.keys, "egitim", time.Now, rand.Reader)
	job, err := other.Load(t.Context(), "gece", b.people(7), true)
	if err != nil || job.Resumed {
		t.Fatalf("%+v %v", job, err)
	}
	again, err := b.journal.Load(t.Context(), "gece", b.people(5), true)
	if err != nil || !again.Resumed {
		t.Fatalf("the first profile's job is gone: %v", err)
	}
}

func TestARepeatedCertificateOfARangeIsPrintedOnce(t *testing.T) {
	count := func(rules ...string) int {
		b := newBench(t, rules...)
		today := myk.Today(time.Now())
		n := 0
		for p, err := range query.New(b.cfg).Range(t.Context(), myk.Date{Year: today.Year - 1, Month: 1, Day: 1}, today) {
			if err != nil {
				t.Fatal(err)
			}
			n += len(p.Certificates)
		}
		return n
	}
	if plain, repeated := count(), count("repeated_row"); plain == 0 || plain != repeated {
		t.Errorf("%d certificates, %d when rows come twice", plain, repeated)
	}
}

func TestAPanicInAWorkerEndsTheBatchAndShowsNothing(t *testing.T) {
	b := newBench(t)
	b.cfg.Jitter = nil
	b.cfg.Now = func() time.Time { panic("value with 10000000146") }
	res, err := query.New(b.cfg).Batch(t.Context(), b.load(5, false), func(query.Item) error { return nil })
	if err != nil || res.Stop == nil {
		t.Fatalf("%+v %v", res, err)
	}
	e := class(t, res.Stop, fault.Internal)
	if errors.Unwrap(e) == nil || e.Message.TR == "" {
		t.Errorf("%+v", e)
	}
}
