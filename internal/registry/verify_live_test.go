package registry

import (
	"fmt"
	"sync"
	"testing"
)

func TestVerifyFindsNothingWhileOthersWrite(t *testing.T) {
	p := world(t)
	var all sync.WaitGroup
	done := make(chan struct{})
	for g := range 2 {
		all.Go(func() {
			for i := range 120 {
				a := authorised("Ali", "Kaya")
				a.Email = fmt.Sprintf("x%d.%d@iskur.gov.tr", g, i)
				b, err := p.Add(t.Context(), me, a)
				if err == nil {
					_, _, err = p.End(t.Context(), me, b.ID, "2026-12-31")
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	go func() { all.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		if found, err := p.Verify(t.Context()); err != nil || len(found) > 0 {
			t.Errorf("found %v, %v", found, err)
			break
		}
	}
	all.Wait()
}
