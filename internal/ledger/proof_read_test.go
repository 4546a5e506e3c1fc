package ledger

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// grown is a tree of n entries with its checkpoint.
type grown struct {
	stored     []Hash
	checkpoint Checkpoint
}

func (g *grown) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		out[i] = g.stored[x]
	}
	return out, nil
}

func entryOf(i int64) []byte { return fmt.Appendf(nil, `{"k":"x/1","n":%d}`, i) }

func growTree(t testing.TB, n int64) *grown {
	t.Helper()
	g := &grown{}
	for i := range n {
		h, err := tlog.StoredHashes(i, entryOf(i), g)
		if err != nil {
			t.Fatal(err)
		}
		g.stored = append(g.stored, h...)
	}
	root, err := tlog.TreeHash(n, g)
	if err != nil {
		t.Fatal(err)
	}
	skey, _, err := note.GenerateKey(rand.Reader, "test/x/1")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := SignCheckpoint("test/x/1", n, root, signer)
	if err != nil {
		t.Fatal(err)
	}
	g.checkpoint = Checkpoint{"test/x/1", n, root, signed}
	return g
}

func (g *grown) prove(t testing.TB, i int64) Proof {
	t.Helper()
	hashes, err := tlog.ProveRecord(g.checkpoint.Size, i, g)
	if err != nil {
		t.Fatal(err)
	}
	return Proof{i, hashes, g.checkpoint}
}

func TestAProofIsReadAgainAndProvesItsEntryOnly(t *testing.T) {
	for _, n := range []int64{1, 2, 3, 5, 8, 13, 70} {
		g := growTree(t, n)
		for i := range n {
			made := g.prove(t, i)
			p, err := ParseProof(made.Bytes())
			if err != nil || !bytes.Equal(p.Bytes(), made.Bytes()) {
				t.Fatalf("%d of %d: %v", i, n, err)
			}
			if err := p.Includes(entryOf(i)); err != nil {
				t.Errorf("%d of %d: %v", i, n, err)
			}
			if err := p.Includes(entryOf(i + 1)); code(err) != ProofInvalid {
				t.Errorf("another entry than %d of %d: %v", i, n, err)
			}
		}
	}
}

// A number that was changed is told from a hash that was changed, and the right one is said.
func TestAProofOfAnotherNumberIsFound(t *testing.T) {
	for _, n := range []int64{2, 3, 5, 8, 13, 70} {
		g := growTree(t, n)
		for i := range n {
			for _, other := range []int64{0, n / 2, n - 1, n, n + 5} {
				p := g.prove(t, i)
				if p.Index = other; other == i {
					continue
				}
				err := p.Includes(entryOf(i))
				if code(err) != ProofIndex || !strings.HasSuffix(err.Error(), fmt.Sprintf(": it is %d", i)) {
					t.Errorf("%d of %d under the number %d: %v", i, n, other, err)
				}
			}
			for at := range g.prove(t, i).Hashes {
				p := g.prove(t, i)
				p.Hashes[at][3] ^= 1
				if err := p.Includes(entryOf(i)); code(err) != ProofInvalid {
					t.Errorf("%d of %d, hash %d changed: %v", i, n, at, err)
				}
			}
			if p := g.prove(t, i); len(p.Hashes) > 0 {
				p.Hashes = p.Hashes[1:]
				if err := p.Includes(entryOf(i)); code(err) != ProofInvalid {
					t.Errorf("%d of %d, a hash too few: %v", i, n, err)
				}
			}
		}
	}
}

func TestAProofThatIsNotInItsFormIsRefused(t *testing.T) {
	good := string(growTree(t, 5).prove(t, 2).Bytes())
	if _, err := ParseProof([]byte(good)); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(good, "\n")
	for name, c := range map[string]struct {
		text string
		code Code
	}{
		"nothing":              {"", ProofInvalid},
		"another version":      {strings.Replace(good, "@v1", "@v2", 1), ProofInvalid},
		"an extra":             {strings.Replace(good, "index ", "extra AAAA\nindex ", 1), ProofInvalid},
		"no index":             {lines[0] + strings.Join(lines[2:], ""), ProofInvalid},
		"a sign":               {strings.Replace(good, "index 2", "index +2", 1), ProofInvalid},
		"a leading zero":       {strings.Replace(good, "index 2", "index 02", 1), ProofInvalid},
		"CRLF":                 {strings.Replace(good, "index 2\n", "index 2\r\n", 1), ProofInvalid},
		"a blank behind":       {strings.Replace(good, "index 2\n", "index 2 \n", 1), ProofInvalid},
		"a hash too short":     {lines[0] + lines[1] + lines[2][4:] + strings.Join(lines[3:], ""), ProofInvalid},
		"too many hashes":      {lines[0] + lines[1] + strings.Repeat(lines[2], 64) + strings.Join(lines[3:], ""), ProofInvalid},
		"no checkpoint":        {strings.Join(lines[:5], ""), ProofInvalid},
		"an empty checkpoint":  {strings.Join(lines[:6], ""), CheckpointMalformed},
		"another's checkpoint": {strings.Replace(good, "\n5\n", "\n05\n", 1), CheckpointMalformed},
	} {
		if _, err := ParseProof([]byte(c.text)); code(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

func code(err error) Code {
	var p *Problem
	if !errors.As(err, &p) {
		return ""
	}
	return p.Code
}

// Whatever is taken for a proof has one spelling, and proves nothing without its entry.
func FuzzParseProof(f *testing.F) {
	g := growTree(f, 13)
	for i := range int64(13) {
		f.Add(g.prove(f, i).Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseProof(b)
		if err != nil {
			if code(err) == "" {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		if !bytes.Equal(p.Bytes(), b) {
			t.Errorf("read\n%q\nwritten\n%q", b, p.Bytes())
		}
		if p.Includes([]byte("no entry")) == nil {
			t.Error("it proves what was never in the log")
		}
	})
}
