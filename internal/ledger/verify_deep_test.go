package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// personalLog gives a log whose even entries have three disclosures each.
func personalLog(t *testing.T, size int64) *memory {
	t.Helper()
	m := logOf(t, size)
	salt := bytes.NewReader(bytes.Repeat([]byte{1, 2, 3, 5, 7, 11, 13}, int(size)*20))
	for i := int64(0); i < size; i += 2 {
		var digests, all []string
		for _, name := range []string{"user", "params", "purpose"} {
			d, digest, err := Disclose(salt, name, fmt.Appendf(nil, `"%s %d"`, name, i))
			if err != nil {
				t.Fatal(err)
			}
			digests, all = append(digests, digest), append(all, d)
		}
		var l Leaf
		if err := ParseLeaf(m.rows[i].Leaf, &l); err != nil {
			t.Fatal(err)
		}
		var err error
		if m.rows[i].Leaf, err = NewLeaf().Digests(digests).String("k", "query/1").String("t", l.Time()).Bytes(); err != nil {
			t.Fatal(err)
		}
		m.disclosed = append(m.disclosed, Disclosed{Seq: i, SD: []byte(strings.Join(all, "~"))})
	}
	signer, _, _ := testKey(t, testOrigin, 1)
	m.rebuild(t, signer)
	return m
}

// erased is a domain that knows which entries were erased.
type erased map[int64]bool

func (erased) Inspect(context.Context, *Chunk) (any, []Finding, error) { return nil, nil, nil }
func (erased) Fold(any) []Finding                                      { return nil }
func (erased) Finish(context.Context, int64) ([]Finding, error)        { return nil, nil }
func (e erased) Excused(seq int64) bool                                { return e[seq] }

func TestEveryDisclosureBelongsToItsEntry(t *testing.T) {
	genuine := personalLog(t, 3000)
	all := verifyLog(t, genuine, Options{Level: Deep})
	wantFindings(t, all)
	if all.Coverage.Disclosures != 1500 {
		t.Errorf("%+v", all.Coverage)
	}
	const at = 1026 // entry 1026 has the disclosures 513
	lost := fault.New(fault.Unverifiable, "data_key_missing", i18n.T("anahtar yok", "no key"))
	damaged := fault.New(fault.Integrity, "seal_damaged", i18n.T("bozuk", "damaged"))
	pieces := func(m *memory) []string { return strings.Split(string(m.disclosed[at/2].SD), "~") }
	put := func(m *memory, pieces ...string) { m.disclosed[at/2].SD = []byte(strings.Join(pieces, "~")) }
	for _, c := range []struct {
		name   string
		do     func(m *memory)
		domain Domain
		want   []Finding
	}{
		{"all are gone", func(m *memory) { m.disclosed = slices.Delete(m.disclosed, at/2, at/2+1) }, nil, []Finding{find(DisclosureMissing, at)}},
		{"one is gone", func(m *memory) { put(m, pieces(m)[:2]...) }, nil, []Finding{find(DisclosureMissing, at)}},
		{"all are gone, erased", func(m *memory) { m.disclosed = slices.Delete(m.disclosed, at/2, at/2+1) }, erased{at: true}, nil},
		{"one is gone, erased", func(m *memory) { put(m, pieces(m)[1:]...) }, erased{at: true}, nil},
		{"another one is erased", func(m *memory) { put(m, pieces(m)[1:]...) }, erased{at + 2: true}, []Finding{find(DisclosureMissing, at)}},
		{"one is altered", func(m *memory) { p := pieces(m); p[1] = "W" + p[1][1:] + "A"; put(m, p...) }, nil, []Finding{find(DisclosureUnreferenced, at)}},
		{"one is added", func(m *memory) { put(m, append(pieces(m), "WyJhIl0")...) }, nil, []Finding{find(DisclosureUnreferenced, at)}},
		{"one stands there twice", func(m *memory) { put(m, append(pieces(m), pieces(m)[0])...) }, nil, []Finding{find(DisclosureUnreferenced, at)}},
		{"those of another entry", func(m *memory) { m.disclosed[at/2].SD = m.disclosed[0].SD }, nil, []Finding{find(DisclosureUnreferenced, at)}},
		{"an entry that has none", func(m *memory) {
			m.disclosed = slices.Insert(m.disclosed, at/2+1, Disclosed{Seq: at + 1, SD: m.disclosed[0].SD})
		}, nil, []Finding{find(DisclosureUnreferenced, at+1)}},
		{"an entry that is not there", func(m *memory) {
			m.disclosed = append(m.disclosed, Disclosed{Seq: 3001, SD: m.disclosed[0].SD})
		}, nil, []Finding{find(DisclosureUnreferenced, 3001)}},
		{"no key", func(m *memory) { m.disclosed[at/2] = Disclosed{Seq: at, Err: lost} }, nil, []Finding{find(DisclosureUndecryptable, at)}},
		{"no key, erased", func(m *memory) { m.disclosed[at/2] = Disclosed{Seq: at, Err: lost} }, erased{at: true}, nil},
		{"the seal is damaged", func(m *memory) { m.disclosed[at/2] = Disclosed{Seq: at, Err: damaged} }, nil, []Finding{find(DisclosureDamaged, at)}},
		{"the entry is altered", func(m *memory) { m.rows[at].Leaf = flip(m.rows[at].Leaf, 12) }, nil, []Finding{find(LeafHashMismatch, at)}},
		{"the entry is gone", func(m *memory) { m.rows = slices.Delete(m.rows, at, at+1) }, nil, []Finding{find(LeafMissing, at)}},
		{"pruned", func(m *memory) {
			m.says(t, 2999, at+2)
			m.prunedTo, m.disclosed = at+2, m.disclosed[at/2+1:]
			m.rows = m.rows[1024:]
		}, nil, nil},
		{"pruned, but one is left in a tile that is kept", func(m *memory) {
			m.says(t, 2999, at+2)
			m.prunedTo, m.disclosed = at+2, m.disclosed[at/2:]
			m.rows = m.rows[1024:]
		}, nil, []Finding{find(ErasedDataPresent, at)}},
		{"pruned, but one is back", func(m *memory) {
			m.says(t, 2999, at+2)
			m.prunedTo, m.disclosed = at+2, append(slices.Clone(m.disclosed[100:101]), m.disclosed[at/2+1:]...)
			m.rows = m.rows[1024:]
		}, nil, []Finding{find(ErasedDataPresent, 200)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := genuine.clone()
			c.do(m)
			r := verifyLog(t, knowing{m}, Options{Level: Deep, Domain: c.domain})
			wantFindings(t, r, c.want...)
			if want := map[Code]string{"": "ok", DisclosureUndecryptable: "unverifiable"}[slices.Concat(c.want, []Finding{{}})[0].Code]; want != "" && r.Verdict != want {
				t.Errorf("verdict %s", r.Verdict)
			}
		})
	}
	m := genuine.clone()
	m.disclosed[9].Err = errors.New("the key store cannot be read")
	if _, err := Verify(t.Context(), m, Options{Level: Deep, Vkey: testVkey(t, 1)}); err == nil {
		t.Error("a key store that cannot be read is a finding")
	}
}

func TestDisclosuresLoggedMeanwhileAreNoStrays(t *testing.T) {
	later := personalLog(t, 700)
	m := later.clone()
	m.rows = m.rows[:600]
	m.disclosed = m.disclosed[:300]
	signer, _, _ := testKey(t, testOrigin, 1)
	m.rebuild(t, signer)
	m.afterwards = func(m *memory) { m.tiles, m.note, m.disclosed = later.tiles, later.note, later.disclosed }
	wantFindings(t, verifyLog(t, m, Options{Level: Deep}))
}

func TestTheFormOfEveryEntryIsLookedAt(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(leaf string) string
		want Code
	}{
		"a blank":          {func(s string) string { return strings.Replace(s, ":", ": ", 1) }, LeafNotCanonical},
		"another order":    {func(s string) string { return `{"z":1,` + s[1:] }, LeafNotCanonical},
		"no JSON":          {func(string) string { return "hello" }, LeafNotCanonical},
		"no kind":          {func(s string) string { return strings.Replace(s, `"k":"outcome/1",`, "", 1) }, LeafSchema},
		"no time":          {func(s string) string { return s[:strings.Index(s, `,"t"`)] + "}" }, LeafSchema},
		"another time":     {func(s string) string { return strings.Replace(s, `Z"`, `+"`, 1) }, LeafSchema},
		"unsorted digests": {func(s string) string { return strings.Replace(queryLeaf, `"_sd":["0`, `"_sd":["z`, 1) }, LeafSchema},
	} {
		for _, at := range []int64{0, 255, 256, 1023, 1024, 2999} {
			m := logOf(t, 3000)
			m.rows[at].Leaf = []byte(c.do(string(m.rows[at].Leaf)))
			signer, _, _ := testKey(t, testOrigin, 1)
			m.rebuild(t, signer)
			t.Run(fmt.Sprint(name, at), func(t *testing.T) {
				wantFindings(t, verifyLog(t, m, Options{Level: Deep}), find(c.want, at))
				wantFindings(t, verifyLog(t, m, Options{Level: Full}))
			})
		}
	}
}

func TestTimeThatGoesBackIsANoteOncePerRun(t *testing.T) {
	for _, c := range []struct {
		name string
		ms   map[int64]int64 // entries that are not at their own millisecond
		want []int64
	}{
		{"callers that ran at once", map[int64]int64{100: 99, 101: -59_000, 102: 7}, nil},
		{"one earlier", map[int64]int64{100: -61_000}, []int64{100}},
		{"a run", map[int64]int64{100: -70_000, 101: -70_001, 102: -65_000}, []int64{100}},
		{"two", map[int64]int64{100: -70_000, 200: -70_000}, []int64{100, 200}},
		{"at the edge of a chunk", map[int64]int64{1024: -70_000}, []int64{1024}},
		{"a run over the edge of a chunk", map[int64]int64{1023: -70_000, 1024: -70_000, 1025: -70_000}, []int64{1023}},
		{"after the edge", map[int64]int64{1025: -70_000}, []int64{1025}},
		{"the last entry, alone in its chunk", map[int64]int64{2048: -70_000}, []int64{2048}},
	} {
		m := logOf(t, 2049)
		for seq, ms := range c.ms {
			m.rows[seq].Leaf = leafOf(t, seq, ms)
		}
		signer, _, _ := testKey(t, testOrigin, 1)
		m.rebuild(t, signer)
		var want []Finding
		for _, seq := range c.want {
			want = append(want, find(TimeBeforePrev, seq))
		}
		t.Run(c.name, func(t *testing.T) {
			r := verifyLog(t, m, Options{Level: Deep})
			wantFindings(t, r, want...)
			if r.Verdict != "ok" || r.Class() != fault.OK {
				t.Errorf("a note is %s", r.Verdict)
			}
		})
	}
}

func policy(code Code, seq int64) Finding {
	return Finding{code, seq, i18n.T("kural", "a rule")}
}

// counting is a domain that says what it was given.
type counting struct {
	lock    sync.Mutex
	order   []int64
	damaged []int64
	entries int
	open    int
	size    int64
}

func (c *counting) Inspect(_ context.Context, k *Chunk) (any, []Finding, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.entries += len(k.Entries)
	c.open += len(k.Disclosed)
	c.damaged = append(c.damaged, k.Damaged...)
	for _, e := range k.Entries {
		if e.Seq < k.From || e.Seq >= k.To || !bytes.HasPrefix(e.Leaf, []byte("{")) || len(e.Hash) != 32 {
			return nil, nil, errors.New("not the entry")
		}
	}
	return k.From, []Finding{policy(PrunedTooEarly, k.From)}, nil
}

func (c *counting) Fold(summary any) []Finding {
	c.order = append(c.order, summary.(int64))
	return []Finding{policy(KeptTooLong, summary.(int64))}
}

func (c *counting) Finish(_ context.Context, size int64) ([]Finding, error) {
	c.size = size
	return []Finding{policy(KeptTooLong, -1)}, nil
}

func TestTheDomainSeesWhatIsSoundInOrder(t *testing.T) {
	m := personalLog(t, 3000)
	m.rows[10].Leaf = flip(m.rows[10].Leaf, 12)
	m.rows = slices.Delete(m.rows, 2000, 2010)
	c := &counting{}
	r := verifyLog(t, m, Options{Level: Deep, Domain: c, Workers: 4})
	slices.Sort(c.damaged)
	if c.entries != 2989 || c.open != 1494 || c.size != 3000 || len(c.damaged) != 11 || c.damaged[0] != 10 || c.damaged[10] != 2009 {
		t.Errorf("%+v", c)
	}
	order := []int64{0, 512, 1024, 1536, 2048, 2560, 2816} // chunks of tilesAtOnceDeep, and the partial tile
	if !slices.Equal(c.order, order) {
		t.Errorf("order %v", c.order)
	}
	want := []Finding{find(KeptTooLong, -1)}
	for _, from := range order {
		if from == 2048 {
			want = append(want, find(LeafMissing, 2000))
		}
		if want = append(want, find(PrunedTooEarly, from), find(KeptTooLong, from)); from == 0 {
			want = append(want, find(LeafHashMismatch, 10))
		}
	}
	wantFindings(t, r, want...)
	if v := verifyLog(t, personalLog(t, 300), Options{Level: Deep, Domain: c}).Verdict; v != "policy" {
		t.Errorf("only policies are not kept, and the verdict is %s", v)
	}
	if verifyLog(t, personalLog(t, 300), Options{Level: Full, Domain: c}).Verdict != "ok" {
		t.Error("the domain is asked below the level deep")
	}
}
