package bundle

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"iskurctl/internal/ledger"
)

// real is a log whose entries refer to their disclosures.
func real(t *testing.T, size int64) *fake {
	t.Helper()
	f := &fake{size: size, keyAt: -1}
	for seq := range size {
		b := ledger.NewLeaf()
		var sd []byte
		if seq%2 == 0 {
			d, digest, err := ledger.Disclose(rand.Reader, "user", strconv.AppendQuote(nil, "memur"+strconv.FormatInt(seq, 10)))
			if err != nil {
				t.Fatal(err)
			}
			b.Strings("_sd", []string{digest})
			b.String("_sd_alg", "sha-256")
			sd = []byte(d)
		}
		b.String("k", "look/1")
		b.String("t", "2026-11-22T10:11:12.123Z")
		leaf, err := b.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		f.leaves, f.sds = append(f.leaves, leaf), append(f.sds, sd)
	}
	f.grow(t, size)
	return f
}

func verify(t *testing.T, dir string, o ledger.Options) ledger.Report {
	t.Helper()
	report, err := ledger.Verify(t.Context(), opened(t, dir), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestABundleVerifiesAtEveryLevel(t *testing.T) {
	f := real(t, 1300)
	for name, part := range map[string]*ledger.Range{"all": nil, "part": {From: 300, To: 500}} {
		dir, s := written(t, f, func(o *Options) { o.Range = part })
		for _, level := range []ledger.Level{ledger.Quick, ledger.Default, ledger.Full, ledger.Deep} {
			r := verify(t, dir, ledger.Options{Level: level, Vkey: f.vkey})
			if part != nil && level == ledger.Deep { // tiles are whole, disclosures are of the range only: the domain excuses those around it
				r.Findings = slices.DeleteFunc(r.Findings, func(f ledger.Finding) bool {
					return f.Code == ledger.DisclosureMissing && (f.Seq < part.From || f.Seq >= part.To)
				})
			}
			if len(r.Findings) > 0 || r.Size != 1300 || level != ledger.Quick && r.Coverage.NewRead != s.Entries || level == ledger.Deep && r.Coverage.Disclosures != s.Disclosures {
				t.Errorf("%s, %s: %+v", name, level, r)
			}
		}
	}
}

func TestWhoeverMakesTheManifestFitIsFoundByTheTree(t *testing.T) {
	f := real(t, 1300)
	rewrite := func(name string, change func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			mustWrite(t, dir, name, string(change(text)))
		}
	}
	for name, c := range map[string]struct {
		change func(*testing.T, string)
		want   []ledger.Code
	}{
		"an entry":             {rewrite(entries+"/002", func(p []byte) []byte { p[20] ^= 1; return p }), []ledger.Code{ledger.LeafHashMismatch}},
		"a tile":               {rewrite("data/tile/0/002", func(p []byte) []byte { p[20] ^= 1; return p }), []ledger.Code{ledger.TileMismatch}},
		"a tile is gone":       {func(t *testing.T, d string) { os.Remove(filepath.Join(d, "data/tile/0/002")) }, []ledger.Code{ledger.TileMissing}},
		"a tile is longer":     {rewrite("data/tile/0/002", func(p []byte) []byte { return append(p, p...) }), []ledger.Code{ledger.TileWidth}},
		"entries are gone":     {func(t *testing.T, d string) { os.Remove(filepath.Join(d, entries+"/002")) }, []ledger.Code{ledger.LeafMissing}},
		"the last are gone":    {rewrite(entries+"/005.p/20", func(p []byte) []byte { return p[:len(p)/2] }), []ledger.Code{ledger.LeafMissing}},
		"a disclosure":         {rewrite(disclosures, func(p []byte) []byte { return bytes.Replace(p, []byte(`:["`), []byte(`:["WyJhIl0","`), 1) }), []ledger.Code{ledger.DisclosureUnreferenced}},
		"a disclosure is gone": {rewrite(disclosures, func(p []byte) []byte { return p[bytes.IndexByte(p, '\n')+1:] }), []ledger.Code{ledger.DisclosureMissing}},
		"no checkpoint":        {func(t *testing.T, d string) { os.Remove(filepath.Join(d, checkpoint)) }, []ledger.Code{ledger.CheckpointMissing}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := written(t, f, nil)
			c.change(t, dir)
			remake(t, dir)
			r := verify(t, dir, ledger.Options{Level: ledger.Deep, Vkey: f.vkey})
			if got := codes(r.Findings); !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", r.Findings, c.want)
			}
			var files []ledger.Code
			if slices.Contains(c.want, ledger.CheckpointMissing) {
				files = []ledger.Code{ledger.FileMissing}
			}
			if list, err := opened(t, dir).CheckFiles(t.Context(), 2); err != nil || !slices.Equal(codes(list), files) {
				t.Errorf("the manifest was made to fit, but: %v %v", list, err)
			}
		})
	}
}

// remake writes the manifests and the Payload-Oxum of what is there now, as a forger would.
func remake(t *testing.T, dir string) {
	t.Helper()
	var list, tags strings.Builder
	size, count := int64(0), int64(0)
	for _, name := range files(t, dir) {
		if text, _ := os.ReadFile(filepath.Join(dir, name)); strings.HasPrefix(name, payload) {
			list.WriteString(sum(name, string(text)))
			size, count = size+int64(len(text)), count+1
		}
	}
	mustWrite(t, dir, manifest, list.String())
	text, _ := os.ReadFile(filepath.Join(dir, info))
	lines := strings.Split(string(text), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, labelOxum) {
			lines[i] = labelOxum + ": " + plain(size) + "." + plain(count)
		}
	}
	mustWrite(t, dir, info, strings.Join(lines, "\n"))
	for _, name := range []string{declaration, info, manifest} {
		text, _ := os.ReadFile(filepath.Join(dir, name))
		tags.WriteString(sum(name, string(text)))
	}
	mustWrite(t, dir, tagManifest, tags.String())
}

func TestAFolderWithoutACheckpointIsNoEmptyLog(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, declaration, declared)
	for _, level := range []ledger.Level{ledger.Quick, ledger.Default, ledger.Full, ledger.Deep} {
		r := verify(t, dir, ledger.Options{Level: level})
		if got := codes(r.Findings); !slices.Equal(got, []ledger.Code{ledger.CheckpointMissing}) || r.Verdict != "broken" {
			t.Errorf("%s: %s %v", level, r.Verdict, r.Findings)
		}
	}
}

func TestNobodyCanLeaveEntriesOutOfABundleByCallingThemDisposedOf(t *testing.T) {
	f := real(t, 1300)
	dir, _ := written(t, f, nil)
	for _, tile := range []string{"/000", "/001"} {
		if err := os.Remove(filepath.Join(dir, entries+tile)); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, info))
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, dir, info, strings.Replace(string(text), labelPruned+": 0", labelPruned+": 512", 1))
	remake(t, dir)
	for _, level := range []ledger.Level{ledger.Quick, ledger.Default, ledger.Full} {
		r := verify(t, dir, ledger.Options{Level: level, Vkey: f.vkey})
		if got := codes(r.Findings); !slices.Equal(got, []ledger.Code{ledger.RetentionMissing}) {
			t.Errorf("%s: %v", level, r.Findings)
		}
	}
}
