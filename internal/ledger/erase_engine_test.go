package ledger

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// told is a domain that is told of disclosures that are not there.
type told struct {
	erased
	lock   sync.Mutex
	absent map[int64]gone
}

type gone struct {
	missing int
	locked  bool
}

func (d *told) Excused(int64) bool { return false }

func (d *told) Absent(seq int64, missing int, locked bool) {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.absent[seq] = gone{missing, locked}
}

func TestADomainThatErasesDecidesItselfOnWhatIsNotThere(t *testing.T) {
	m := personalLog(t, 3000)
	damaged := fault.New(fault.Integrity, "seal_damaged", i18n.T("bozuk", "damaged"))
	destroyed := fault.New(fault.Unverifiable, "data_key_destroyed", i18n.T("yok edilmiş", "destroyed"))
	m.disclosed[10].SD = []byte(strings.Split(string(m.disclosed[10].SD), "~")[1]) // entry 20: two of three are gone
	m.disclosed[11] = Disclosed{Seq: 22, Err: &keyFault{5, destroyed}}
	m.disclosed[12] = Disclosed{Seq: 24, Err: &keyFault{6, damaged}}
	m.disclosed[13].SD = m.disclosed[0].SD             // entry 26: another's
	m.disclosed = slices.Delete(m.disclosed, 900, 901) // entry 1800: all
	m.rows[100].Leaf = flip(m.rows[100].Leaf, 12)      // of damaged entries nothing is said
	m.disclosed = slices.Delete(m.disclosed, 50, 51)   // entry 100
	d := &told{absent: make(map[int64]gone)}
	r := verifyLog(t, m, Options{Level: Deep, Domain: d})
	wantFindings(t, r, find(DisclosureDamaged, 24), find(DisclosureUnreferenced, 26), find(LeafHashMismatch, 100))
	if want := (map[int64]gone{20: {2, false}, 22: {3, true}, 1800: {3, false}}); !maps.Equal(d.absent, want) {
		t.Errorf("told of %v, want %v", d.absent, want)
	}
}

func TestHintsNameTheLogThatTheyAreAbout(t *testing.T) {
	for origin, want := range map[string]string{"a.example/consent/1": "consent", "a/b/audit/1": "audit", "audit/1": "", "a/audit/2": "", "a/x y/1": "", "a//1": "", "": ""} {
		if got := nounOf(origin); got != want {
			t.Errorf("%q is of %q", origin, got)
		}
	}
	for log, want := range map[string]string{"consent": "`iskurctl consent verify --full` lists", "": "`verify --full` lists"} {
		if hint := damagedEdge(log).Hint.EN; !strings.HasPrefix(hint, want) {
			t.Errorf("%q", hint)
		}
	}
}
