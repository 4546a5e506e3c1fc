package ledger

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestTheCheckpointsFaultsAreNamedAtEveryLevel(t *testing.T) {
	signer, _, vkey := testKey(t, testOrigin, 1)
	stranger, _, _ := testKey(t, testOrigin, 2)
	for _, size := range []int64{1, 255, 256, 257, 512, 65_537} {
		for _, c := range []struct {
			name    string
			do      func(m *memory)
			options Options
			want    Code
			verdict string
		}{
			{"none", func(m *memory) { m.note = nil }, Options{}, CheckpointMissing, "broken"},
			{"not a note", func(m *memory) { m.note = []byte("no note\n") }, Options{}, CheckpointMalformed, "broken"},
			{"size in another spelling", func(m *memory) {
				m.note = bytes.Replace(m.note, []byte("\n"), []byte("\n0"), 1)
			}, Options{}, CheckpointMalformed, "broken"},
			{"another root in the text", func(m *memory) {
				c, _ := ReadCheckpoint(m.note)
				m.note = bytes.Replace(m.note, []byte(c.Root.String()), []byte(Hash{1}.String()), 1)
			}, Options{}, SigInvalid, "broken"},
			{"signed by a stranger", func(m *memory) {
				c, _ := ReadCheckpoint(m.note)
				m.sign(t, c.Size, c.Root, stranger)
			}, Options{}, SigUnknownKey, "unverifiable"},
			{"another key is believed", func(*memory) {}, Options{Vkey: testVkey(t, 2)}, SigUnknownKey, "unverifiable"},
			{"another log", func(m *memory) {
				c, _ := ReadCheckpoint(m.note)
				m.origin = "other.example/audit/1"
				m.sign(t, c.Size, c.Root, signer)
			}, Options{Origin: testOrigin}, OriginMismatch, "broken"},
		} {
			for _, level := range allLevels {
				m := logOf(t, size)
				c.do(m)
				o := c.options
				o.Level = level
				r := verifyLog(t, m, o)
				wantFindings(t, r, find(c.want, -1))
				if r.Verdict != c.verdict {
					t.Errorf("%s, %s, %d entries: %s", c.name, level, size, r.Verdict)
				}
			}
		}
	}
	r, err := Verify(t.Context(), logOf(t, 300), Options{Level: Full})
	if err != nil {
		t.Fatal(err)
	}
	wantFindings(t, r, find(TrustMissing, -1))
	if r.Verdict != "unverifiable" || r.Coverage.NewRead != 300 {
		t.Errorf("%+v", r)
	}
	empty := &memory{origin: testOrigin}
	if r := verifyLog(t, empty, Options{Level: Deep}); r.Verdict != "ok" || r.Next.Root != rootAt(t, nil, 0) || r.Next.Vkey != vkey {
		t.Errorf("a log that was never written to: %+v", r)
	}
	seen := &Trust{Vkey: vkey, Size: 5, Root: Hash{1}}
	wantFindings(t, verifyLog(t, empty, Options{Trust: seen}), find(CheckpointMissing, -1))
	if _, err := Verify(t.Context(), empty, Options{Level: "thorough"}); err == nil {
		t.Error("an unknown level is accepted")
	}
}

func TestARollbackAForkAndAnotherPastDiverge(t *testing.T) {
	signer, _, vkey := testKey(t, testOrigin, 1)
	for _, size := range sizes() {
		m := logOf(t, size)
		for _, level := range allLevels {
			later := &Trust{Vkey: vkey, Size: size + 1, Root: Hash{1}}
			r := verifyLog(t, m, Options{Level: level, Trust: later, Scrub: 300})
			wantFindings(t, r, find(Rollback, -1))
			other := &Trust{Vkey: vkey, Size: size, Root: Hash{1}}
			fork := verifyLog(t, m, Options{Level: level, Trust: other, Scrub: 300})
			wantFindings(t, fork, find(ForkAtSize, -1))
			if r.Verdict != "diverged" || fork.Verdict != "diverged" {
				t.Errorf("%s, %s", r.Verdict, fork.Verdict)
			}
		}
		if size < 2 {
			continue
		}
		// The log's owner writes the past anew and signs it: nothing is wrong but that it was seen before.
		seens := []int64{1, size / 2, size - 1, size &^ 255}
		if size > 1000 { // a log of this size takes its time to forge
			seens = []int64{size - 1}
		}
		for _, seen := range seens {
			if seen == 0 || seen == size {
				continue
			}
			trust := m.trustAt(t, seen, vkey)
			for _, at := range []int64{0, seen - 1} {
				forged := m.clone()
				forged.rows[at].Leaf = leafOf(t, 9_999_999, at)
				forged.rebuild(t, signer)
				for _, level := range allLevels {
					if size > 1000 && level == Deep {
						continue
					}
					wantFindings(t, verifyLog(t, forged, Options{Level: level, Trust: trust}), find(ConsistencyFail, -1))
				}
			}
		}
	}
}

func TestDamageToTheTilesDoesNotLookLikeAnotherPast(t *testing.T) {
	m := logOf(t, 65_537)
	trust := m.trustAt(t, 40_000, testVkey(t, 1))
	for _, k := range []tileKey{{0, 156}, {1, 0}, {2, 0}} {
		for _, level := range []Level{Default, Full} {
			broken := m.clone()
			broken.tiles[k] = flip(m.tiles[k], 100%len(m.tiles[k]))
			r := verifyLog(t, broken, Options{Level: level, Trust: trust})
			if r.Verdict != "broken" || len(r.Findings) != 1 {
				t.Errorf("%v, %s: %s, %v", k, level, r.Verdict, r.Findings)
			}
		}
	}
}

func TestQuickReadsAFewTilesAndNoEntries(t *testing.T) {
	m := logOf(t, 65_537)
	trust := m.trustAt(t, 40_000, testVkey(t, 1))
	m.tilesRead = 0
	r := verifyLog(t, m, Options{Level: Quick, Trust: trust})
	if r.Coverage.NewRead+r.Coverage.OldRead != 0 || r.Coverage.Old != 40_000 || r.Coverage.New != 25_537 || m.tilesRead > 6 {
		t.Errorf("%d tiles, %+v", m.tilesRead, r.Coverage)
	}
	for _, k := range []tileKey{{0, 256}, {1, 0}, {2, 0}} {
		broken := m.clone()
		broken.bundle = true
		delete(broken.tiles, k)
		wantFindings(t, verifyLog(t, broken, Options{Level: Quick, Trust: trust}), find(TileMissing, -1))
		broken.tiles[k] = flip(m.tiles[k], 0)
		want := find(RootMismatch, -1) // of the right edge it cannot tell which tile it is
		if k.level == 1 {
			want = find(TileMismatch, -1)
		}
		wantFindings(t, verifyLog(t, broken, Options{Level: Quick, Trust: trust}), want)
	}
}

// rotated is a log of size entries in which key n was replaced by key n+1 at each entry of at; the last one signs.
func rotated(t *testing.T, size int64, at ...int64) *memory {
	t.Helper()
	m := logOf(t, size)
	for i, seq := range at {
		old, _, _ := testKey(t, testOrigin, byte(i+1))
		vkey := testVkey(t, byte(i+2))
		endorsement, err := KeyNote(testOrigin, vkey, old)
		if err != nil {
			t.Fatal(err)
		}
		m.rows[seq].Leaf = keyLeafOf(t, seq, endorsement, vkey)
	}
	m.keyLeaves = at
	last, _, _ := testKey(t, testOrigin, byte(len(at)+1))
	m.rebuild(t, last)
	return m
}

func keyLeafOf(t *testing.T, seq int64, endorsement, vkey string) []byte {
	t.Helper()
	var l Leaf
	if err := ParseLeaf(plainLeaf(t, seq), &l); err != nil {
		t.Fatal(err)
	}
	b, err := NewLeaf().String("k", "key/1").String("note", endorsement).String("t", l.Time()).String("vkey", vkey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// both are the log as a source that finds its key/1 entries and as one that does not.
func both(m *memory) []Source { return []Source{knowing{m}, m} }

func TestTheChainOfKeysIsFollowed(t *testing.T) {
	m := rotated(t, 1000, 300, 700)
	for _, seen := range []int64{0, 200, 600} {
		for key := byte(1); key <= 3; key++ {
			trust := m.trustAt(t, seen, testVkey(t, key))
			for _, level := range allLevels {
				for i, src := range both(m) {
					r := verifyLog(t, src, Options{Level: level, Trust: trust})
					if i == 1 && key < 3 && (level == Quick || level == Default && key == 1 && seen == 600) {
						wantFindings(t, r, find(SigUnknownKey, -1)) // it has not read the entry
						continue
					}
					wantFindings(t, r)
					if r.Next.Vkey != testVkey(t, 3) {
						t.Errorf("%s with key %d: the next trust has another key", level, key)
					}
				}
			}
		}
	}
}

func TestARetiredKeyDoesNotSign(t *testing.T) {
	for _, key := range []byte{1, 2} {
		m := rotated(t, 1000, 300, 700)
		old, _, _ := testKey(t, testOrigin, key)
		c, _ := ReadCheckpoint(m.note)
		m.sign(t, c.Size, c.Root, old)
		for _, level := range allLevels {
			for i, src := range both(m) {
				if i == 1 && level == Quick {
					continue // it knows of no other key
				}
				r := verifyLog(t, src, Options{Level: level})
				wantFindings(t, r, find(KeyNotValidAtSize, -1))
				if r.Verdict != "broken" {
					t.Error(r.Verdict)
				}
			}
		}
	}
}

func TestABrokenEndorsementIsV07(t *testing.T) {
	for name, do := range map[string]func(leaf string) string{
		"signature altered": func(s string) string {
			at := strings.LastIndex(s, `\n","t"`) - 10
			return s[:at] + string(s[at]^1) + s[at+1:]
		},
		"another key in the entry": func(s string) string {
			return strings.Replace(s, `"vkey":"`+testVkey(t, 3), `"vkey":"`+testVkey(t, 9), 1)
		},
		"signed by a later stranger": func(string) string {
			stranger, _, _ := testKey(t, testOrigin, 9)
			endorsement, _ := KeyNote(testOrigin, testVkey(t, 3), stranger)
			return string(keyLeafOf(t, 700, endorsement, testVkey(t, 3)))
		},
		"no note": func(string) string { return string(keyLeafOf(t, 700, "", testVkey(t, 3))) },
	} {
		m := rotated(t, 1000, 300, 700)
		m.rows[700].Leaf = []byte(do(string(m.rows[700].Leaf)))
		last, _, _ := testKey(t, testOrigin, 3)
		m.rebuild(t, last)
		for _, level := range allLevels {
			for i, src := range both(m) {
				if i == 0 || level != Quick {
					r := verifyLog(t, src, Options{Level: level})
					if !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == KeyChainBroken && f.Seq == 700 }) || len(r.Findings) != 1 {
						t.Errorf("%s, %s: %v", name, level, r.Findings)
					}
				}
			}
		}
	}
}

func TestAKeyThatNobodyEndorsedIsUnknown(t *testing.T) {
	m := rotated(t, 1000, 300)
	for _, level := range allLevels {
		r := verifyLog(t, knowing{m}, Options{Level: level, Vkey: testVkey(t, 8)})
		wantFindings(t, r, find(SigUnknownKey, -1))
	}
	// An entry of a key that has nothing to do with the one that signs all along: somebody could write, but not sign.
	signer, _, _ := testKey(t, testOrigin, 1)
	stranger, _, _ := testKey(t, testOrigin, 8)
	m = logOf(t, 1000)
	endorsement, err := KeyNote(testOrigin, testVkey(t, 9), stranger)
	if err != nil {
		t.Fatal(err)
	}
	m.rows[5].Leaf = keyLeafOf(t, 5, endorsement, testVkey(t, 9))
	m.keyLeaves = []int64{5}
	m.rebuild(t, signer)
	wantFindings(t, verifyLog(t, knowing{m}, Options{Level: Quick}), find(KeyChainBroken, 5))
}

func TestAKeyEntryCountsOnlyWhenItIsInTheTree(t *testing.T) {
	genuine := rotated(t, 1000, 300, 700)
	for _, seq := range []int64{300, 700} {
		m := genuine.clone()
		m.rows[seq].Leaf = flip(m.rows[seq].Leaf, 30)
		for _, level := range allLevels {
			wantFindings(t, verifyLog(t, knowing{m}, Options{Level: level}), find(LeafHashMismatch, seq))
		}
	}
	// A whole endorsement that was never logged proves nothing: the log as it was, and an entry exchanged for it.
	m := logOf(t, 1000)
	last, _, _ := testKey(t, testOrigin, 3)
	c, _ := ReadCheckpoint(m.note)
	m.rows[300], m.rows[700] = genuine.rows[300], genuine.rows[700]
	m.keyLeaves = genuine.keyLeaves
	m.sign(t, c.Size, c.Root, last)
	for _, level := range allLevels {
		r := verifyLog(t, knowing{m}, Options{Level: level})
		if r.Verdict != "broken" || r.Next.Vkey != testVkey(t, 1) {
			t.Errorf("%s: %s, %v", level, r.Verdict, r.Findings)
		}
	}
}

func TestAFalseSignatureOfAKeyOfTheChainIsV03(t *testing.T) {
	m := rotated(t, 1000, 300)
	c, _ := ReadCheckpoint(m.note)
	m.note = bytes.Replace(m.note, []byte(c.Root.String()), []byte(Hash{1}.String()), 1)
	for _, level := range allLevels {
		wantFindings(t, verifyLog(t, knowing{m}, Options{Level: level}), find(SigInvalid, -1))
	}
}
