package bundle

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/ledger"
)

func TestABundleGivesBackTheLogItWasMadeOf(t *testing.T) {
	for _, size := range []int64{0, 1, 255, 256, 257, 600, 70000} {
		f := newFakeWithKey(t, size, 3)
		dir, s := written(t, f, nil)
		b := opened(t, dir)
		if list, err := b.CheckFiles(t.Context(), 2); err != nil || len(list) > 0 {
			t.Fatalf("size %d: %v %v", size, list, err)
		}
		held, err := b.Extent(t.Context(), size)
		if want := []ledger.Range{{From: 0, To: size}}; err != nil || size > 0 && !slices.Equal(held, want) {
			t.Errorf("size %d: %v %v", size, held, err)
		}
		for _, r := range [][2]int64{{0, size}, {size / 3, size/2 + 1}, {255, 258}, {size, 1 << 62}} {
			same(t, f, b, held, r[0], min(r[1], max(size, r[0])))
		}
		for level := 0; size>>(8*level) > 0; level++ {
			for index := int64(0); ledger.WidthAt(size, level, index) > 0; index++ {
				w := ledger.WidthAt(size, level, index)
				want, _ := f.Tile(t.Context(), level, index, w)
				if got, err := b.Tile(t.Context(), level, index, w); err != nil || !bytes.Equal(got, want) {
					t.Errorf("tile %d/%d: %v", level, index, err)
				}
			}
		}
		if got, err := b.Tile(t.Context(), 0, 9999, 256); got != nil || err != nil {
			t.Error("a tile that is not there", err)
		}
		keys := 0
		for e, err := range b.Marks(t.Context()) {
			if keys++; err != nil || e.Seq != 3 {
				t.Errorf("%v %v", e, err)
			}
		}
		if want := min(1, int(size/4)); keys != want {
			t.Errorf("size %d: %d key entries", size, keys)
		}
		note, _ := b.Checkpoint(t.Context())
		key, err := b.Vkey()
		r, ok := b.Range()
		if !bytes.Equal(note, f.note) || key != f.vkey || err != nil || !ok || r != s.Range {
			t.Errorf("size %d: %q %q %v %v", size, note, key, err, r)
		}
		rec, err := b.Records()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(rec)
		rec.Close()
		if !strings.HasPrefix(string(text), "seq,user\n") || size > 1 && !strings.Contains(string(text), "\n1,\"Ayşe, \"\"memur\"\"\"\n") {
			t.Errorf("%.60q", text)
		}
		if list := b.Problems(); len(list) > 0 {
			t.Errorf("%v", list)
		}
	}
}

func TestDisclosuresAreServedInAnyRangeToManyAtOnce(t *testing.T) {
	f := newFake(t, 70000)
	dir, _ := written(t, f, func(o *Options) { o.Range = &ledger.Range{From: 1001, To: 69001} })
	b := opened(t, dir)
	var running sync.WaitGroup
	for i := range int64(40) {
		running.Go(func() {
			from, to := i*1777, i*1777+1777
			var sd []byte
			next := max(1002, from+from%2)
			for d, err := range b.Disclosures(t.Context(), from, to) {
				if err != nil || d.Err != nil {
					t.Error(err, d.Err)
					return
				}
				if sd = f.sd(sd[:0], d.Seq); d.Seq != next || !bytes.Equal(d.SD, sd) {
					t.Errorf("from %d: got %d, want %d", from, d.Seq, next)
					return
				}
				next += 2
			}
			if end := min(69001, to); next < end {
				t.Errorf("[%d,%d) ends at %d", from, to, next)
			}
		})
	}
	running.Wait()
	if n := len(b.lines.points); n < 100 || n > 200 {
		t.Errorf("%d points for %d bytes", n, b.lines.size)
	}
}

func TestMalformedDisclosuresAreFindingsAndTheOthersAreServed(t *testing.T) {
	dir, _ := written(t, newFake(t, 3), nil)
	long := strings.Repeat("a", maxLine)
	mustWrite(t, dir, disclosures, `{"seq":0,"sd":["aa","bb"]}
{"seq":2,"sd":["cc"]}
{"seq":1,"sd":["unsorted"]}
{"seq":2,"sd":["twice"]}
{"seq":3, "sd":["blank"]}
{"seq":03,"sd":["zero"]}
{"seq":4,"sd":[]}
{"seq":4,"sd":["a","b",]}
{"seq":4,"sd":["a~b"]}
{"seq":4,"sd":["a=="]}
{"sd":["a"],"seq":4}
{"seq":9007199254740992,"sd":["a"]}
{"seq":5,"sd":["`+long+`"]}

{"seq":6,"sd":["dd"]}
{"seq":7,"sd":["noLineEnd"]}}`)
	b := opened(t, dir)
	var got []string
	for d, err := range b.Disclosures(t.Context(), 0, 100) {
		got = append(got, fmt.Sprintf("%d %s %v", d.Seq, d.SD, err))
	}
	if want := []string{"0 aa~bb <nil>", "2 cc <nil>", "6 dd <nil>"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	list := b.Problems()
	if len(list) != 13 || !slices.Equal(codes(list), []ledger.Code{ledger.BagMalformed}) {
		t.Errorf("%d: %v", len(list), list)
	}
	for d := range b.Disclosures(t.Context(), 3, 7) { // from an index point in the middle of it all
		if d.Seq != 6 {
			t.Errorf("%d", d.Seq)
		}
	}
	if len(b.Problems()) != 13 {
		t.Error("findings are told twice")
	}
}

func TestMalformedEntryBundlesAreFindingsAndTheOthersAreServed(t *testing.T) {
	f := newFake(t, 1024)
	count := func(b *Bundle) (n int) {
		for _, err := range b.Entries(t.Context(), 0, 1024) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	for name, c := range map[string]struct {
		change func(block []byte) []byte
		left   int
		want   []ledger.Code
	}{
		"cut within an entry": {func(p []byte) []byte { return p[:len(p)-1] }, 1023, []ledger.Code{ledger.LeafSchema}},
		"cut in a length":     {func([]byte) []byte { return []byte{1} }, 768, []ledger.Code{ledger.LeafSchema}},
		"empty":               {func([]byte) []byte { return nil }, 768, nil}, // Extent claims them: Verify counts
		"one more":            {func(p []byte) []byte { return append(p, 0, 1, 'x') }, 1024, []ledger.Code{ledger.LeafExtra}},
		"a byte more":         {func(p []byte) []byte { return append(p, 0) }, 1024, []ledger.Code{ledger.LeafExtra}},
		"huge":                {func(p []byte) []byte { return append(p, make([]byte, maxBundle)...) }, 1024, []ledger.Code{ledger.LeafExtra}},
		"only ones":           {func([]byte) []byte { return bytes.Repeat([]byte{0xff}, 3000) }, 768, []ledger.Code{ledger.LeafSchema}},
	} {
		dir, _ := written(t, f, nil)
		path := filepath.Join(dir, entries, "002")
		block, _ := os.ReadFile(path)
		mustWrite(t, dir, entries+"/002", string(c.change(block)))
		b := opened(t, dir)
		if n := count(b); n != c.left {
			t.Errorf("%s: %d entries", name, n)
		}
		if got := codes(b.Problems()); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", name, b.Problems())
		}
		if list, err := b.CheckFiles(t.Context(), 2); err != nil || !slices.Contains(codes(list), ledger.FileMismatch) {
			t.Errorf("%s: %v %v", name, list, err)
		}
	}
}

func TestBundlesAreFoundUnderNumbersOfAnyLength(t *testing.T) {
	skey, _, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	const size = 1_234_068*256 + 5
	signed, err := ledger.SignCheckpoint(origin, size, ledger.Hash{}, signer)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mustWrite(t, dir, declaration, declared)
	mustWrite(t, dir, checkpoint, string(signed))
	for _, name := range []string{"000", "001", "999", "x001/000", "x001/001", "x002/000", "x001/x000/000", "x001/x234/067", "x001/x234/068.p/5",
		"x000/003", "x001/x234/069", "x001/x234/066.p/7", "x9/000", "4", "005.p/1", "x001/x234/065/x"} {
		mustWrite(t, dir, entries+"/"+name, "\x00\x01x")
	}
	held, err := opened(t, dir).Extent(t.Context(), size)
	at := func(from, to int64) ledger.Range { return ledger.Range{From: from * 256, To: min(to*256, size)} }
	if want := []ledger.Range{at(0, 2), at(999, 1002), at(2000, 2001), at(1_000_000, 1_000_001), at(1_234_067, 1_234_069)}; err != nil || !slices.Equal(held, want) {
		t.Errorf("%v %v, want %v", held, err, want)
	}
}

func TestAMissingBundleIsMissed(t *testing.T) {
	f := newFake(t, 1024)
	dir, _ := written(t, f, nil)
	os.Remove(filepath.Join(dir, entries, "001"))
	b := opened(t, dir)
	same(t, f, b, []ledger.Range{{From: 0, To: 256}, {From: 512, To: 1024}}, 0, 1024)
	claimed, err := b.Extent(t.Context(), 1024)
	if err != nil || !slices.Equal(claimed, []ledger.Range{{From: 0, To: 1024}}) {
		t.Errorf("the bundle says that it is whole, but claims %v only, %v", claimed, err)
	}
}

// sum writes a manifest's line for content.
func sum(name, content string) string {
	s := sha256.Sum256([]byte(content))
	return hex.EncodeToString(s[:]) + "  " + name + "\n"
}

func TestEveryTrickWithTheBagIsFound(t *testing.T) {
	edit := func(name string, change func(string) string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			text, _ := os.ReadFile(filepath.Join(dir, name))
			if after := change(string(text)); after != string(text) {
				mustWrite(t, dir, name, after)
				return
			}
			t.Error("nothing was changed")
		}
	}
	// list changes the manifest and makes the tag manifest fit again, as a forger would.
	relist := func(t *testing.T, dir string) {
		var b strings.Builder
		for _, name := range []string{declaration, info, manifest} {
			text, _ := os.ReadFile(filepath.Join(dir, name))
			b.WriteString(sum(name, string(text)))
		}
		mustWrite(t, dir, tagManifest, b.String())
	}
	list := func(change func(string) string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			edit(manifest, change)(t, dir)
			relist(t, dir)
		}
	}
	more := func(line string) func(*testing.T, string) {
		return list(func(s string) string { return s + line })
	}
	tag := func(name string, change func(string) string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			edit(name, change)(t, dir)
			relist(t, dir)
		}
	}
	swap := func(old, with string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, with, 1) }
	}
	zero := strings.Repeat("0", 64)
	v16, v17, v18, v19, v23 := ledger.FileMismatch, ledger.FileMissing, ledger.FileExtra, ledger.BagMalformed, ledger.TilePartialStale
	for name, c := range map[string]struct {
		change func(*testing.T, string)
		want   []ledger.Code
	}{
		"another version":          {tag(declaration, swap("1.0", "0.97")), []ledger.Code{v19}},
		"declaration with CRLF":    {tag(declaration, func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }), []ledger.Code{v19}},
		"declaration not digested": {edit(declaration, swap("1.0", "1.1")), []ledger.Code{v16, v19}},
		"no manifest":              {func(t *testing.T, d string) { os.Remove(filepath.Join(d, manifest)) }, []ledger.Code{v17}},
		"no tag manifest":          {func(t *testing.T, d string) { os.Remove(filepath.Join(d, tagManifest)) }, []ledger.Code{v17}},
		"no bag-info":              {func(t *testing.T, d string) { os.Remove(filepath.Join(d, info)) }, []ledger.Code{v17, v19}},
		"tag manifest lists less":  {edit(tagManifest, func(s string) string { return s[strings.Index(s, "\n")+1:] }), []ledger.Code{v19}},
		"tag manifest of payload":  {edit(tagManifest, func(s string) string { return s + sum(vkey, "") }), []ledger.Code{v19}},
		"manifest of a tag file":   {more(sum(declaration, declared)), []ledger.Code{v19}},
		"empty line":               {more("\n"), []ledger.Code{v19}},
		"no line end":              {list(func(s string) string { return strings.TrimSuffix(s, "\n") }), []ledger.Code{v18, v19}},
		"one space":                {list(func(s string) string { return strings.Replace(s, "  ", " ", 1) }), []ledger.Code{v18, v19}},
		"a star":                   {list(func(s string) string { return strings.Replace(s, "  ", " *", 1) }), []ledger.Code{v18, v19}},
		"upper-case digest":        {more(strings.Repeat("A", 64) + "  data/x\n"), []ledger.Code{v19}},
		"a short digest":           {more(zero[2:] + "  data/x\n"), []ledger.Code{v19}},
		"a long line":              {more(zero + "  data/" + strings.Repeat("a", 5000) + "\n"), []ledger.Code{v19}},
		"absolute path":            {more(zero + "  /etc/passwd\n"), []ledger.Code{v19}},
		"path upwards":             {more(zero + "  data/../../etc/passwd\n"), []ledger.Code{v19}},
		"path upwards at once":     {more(zero + "  ../data/x\n"), []ledger.Code{v19}},
		"backslash":                {more(zero + "  data\\x\n"), []ledger.Code{v19}},
		"escaped line":             {more("\\" + zero + "  data/x\\ny\n"), []ledger.Code{v19}},
		"empty part":               {more(zero + "  data//x\n"), []ledger.Code{v19}},
		"dot part":                 {more(zero + "  data/./vkey\n"), []ledger.Code{v19}},
		"control character":        {more(zero + "  data/x\x1b[2J\n"), []ledger.Code{v19}},
		"percent escape":           {more(zero + "  data/x%0Ay\n"), []ledger.Code{v19}},
		"letter beyond ASCII":      {more(zero + "  data/ş\n"), []ledger.Code{v19}},
		"drive letter":             {more(zero + "  data/c:x\n"), []ledger.Code{v19}},
		"listed twice":             {list(func(s string) string { return s + s[:strings.Index(s, "\n")+1] }), []ledger.Code{v19}},
		"differs in case only":     {more(zero + "  data/VKEY\n"), []ledger.Code{v19}},
		"listed in another case":   {list(swap("data/vkey", "data/VKEY")), []ledger.Code{v17, v18}},
		"listed, not there":        {more(zero + "  data/texts/" + zero + ".txt\n"), []ledger.Code{v17}},
		"a folder is listed":       {more(zero + "  data/tile\n"), []ledger.Code{v19}},
		"content changed":          {edit(readme, swap("Bu", "Su")), []ledger.Code{v16}},
		"content longer":           {edit(readme, func(s string) string { return s + "x" }), []ledger.Code{v16, v19}},
		"file removed":             {func(t *testing.T, d string) { os.Remove(filepath.Join(d, readme)) }, []ledger.Code{v17, v19}},
		"a file too many":          {func(t *testing.T, d string) { mustWrite(t, d, "data/more", "x") }, []ledger.Code{v18, v19}},
		"name for the terminal":    {func(t *testing.T, d string) { mustWrite(t, d, "data/\x1b[2J", "x") }, []ledger.Code{v18, v19}},
		"beside the payload":       {func(t *testing.T, d string) { mustWrite(t, d, "fetch.txt", "x") }, []ledger.Code{v18}},
		"another manifest":         {func(t *testing.T, d string) { mustWrite(t, d, "manifest-md5.txt", "x") }, []ledger.Code{v18}},
		"folder beside it":         {func(t *testing.T, d string) { mustWrite(t, d, "meta/x", "x") }, []ledger.Code{v18}},
		"listed, but no export's": {func(t *testing.T, d string) {
			mustWrite(t, d, "data/run.exe", "x")
			more(sum("data/run.exe", "x"))(t, d)
		}, []ledger.Code{v18, v19}},
		"a tile of another size": {func(t *testing.T, d string) {
			mustWrite(t, d, "data/tile/0/002.p/9", "x")
			more(sum("data/tile/0/002.p/9", "x"))(t, d)
		}, []ledger.Code{v19, v23}},
		"a link to a file": {func(t *testing.T, d string) {
			os.Rename(filepath.Join(d, vkey), filepath.Join(d, "data", "key"))
			os.Symlink("key", filepath.Join(d, vkey))
		}, []ledger.Code{v18, v19}},
		"a link out of the bag": {func(t *testing.T, d string) {
			os.Remove(filepath.Join(d, vkey))
			os.Symlink("/etc/passwd", filepath.Join(d, vkey))
		}, []ledger.Code{v19}},
		"a link that is not listed": {func(t *testing.T, d string) { os.Symlink("vkey", filepath.Join(d, "data", "key")) }, []ledger.Code{v19}},
		"a link to a folder": {func(t *testing.T, d string) {
			os.Rename(filepath.Join(d, "data", "tile", "1"), filepath.Join(d, "data", "tile", "9"))
			os.Symlink("9", filepath.Join(d, "data", "tile", "1"))
		}, []ledger.Code{v17, v18, v19}},
		"a pipe": {func(t *testing.T, d string) {
			os.Remove(filepath.Join(d, vkey))
			if err := syscall.Mkfifo(filepath.Join(d, vkey), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []ledger.Code{v19}},
		"a manifest that is a pipe": {func(t *testing.T, d string) {
			os.Remove(filepath.Join(d, manifest))
			if err := syscall.Mkfifo(filepath.Join(d, manifest), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []ledger.Code{v17, v19}},
		"folders too deep": {func(t *testing.T, d string) { mustWrite(t, d, "a/b/c/d/e/f/g/h/i/j/k/l/m", "x") }, []ledger.Code{v19}},
		"wrong oxum":       {tag(info, swap("Payload-Oxum: ", "Payload-Oxum: 1")), []ledger.Code{v19}},
		"no oxum":          {tag(info, swap("Payload-Oxum", "Payload-Other")), []ledger.Code{v19}},
		"oxum twice":       {tag(info, func(s string) string { return s + s[strings.Index(s, "Payload-Oxum"):] }), []ledger.Code{v19}},
		"another size":     {tag(info, swap("Ledger-Size: 600", "Ledger-Size: 599")), []ledger.Code{v19}},
		"another origin":   {tag(info, swap(origin, "x")), []ledger.Code{v19}},
		"range beyond":     {tag(info, swap("0-600", "0-601")), []ledger.Code{v19}},
		"range reversed":   {tag(info, swap("0-600", "9-3")), []ledger.Code{v19}},
		"pruned beyond":    {tag(info, swap("Pruned: 0", "Pruned: 601")), []ledger.Code{v19}},
		"folded line":      {tag(info, func(s string) string { return s + "  more\n" }), []ledger.Code{v19}},
		"info too large":   {tag(info, func(s string) string { return s + "A: " + strings.Repeat("a", maxTag) + "\n" }), []ledger.Code{v19}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := written(t, newFake(t, 600), nil)
			c.change(t, dir)
			b := opened(t, dir)
			found, err := b.CheckFiles(t.Context(), 2)
			if err != nil || !slices.Equal(codes(found), c.want) {
				t.Errorf("%v %v, want %v", err, found, c.want)
			}
			for _, f := range found {
				if strings.ContainsAny(f.Detail.TR+f.Detail.EN, "\x1b\n") || f.Detail.TR == f.Detail.EN || f.Seq != -1 {
					t.Errorf("%q", f.Detail)
				}
			}
		})
	}
}

func TestNothingIsReadThroughALink(t *testing.T) {
	f := newFake(t, 600)
	dir, _ := written(t, f, nil)
	for _, name := range []string{"data/tile/entries", "data/tile/1", "data/disclosures.ndjson", "data/vkey", "data/records.csv"} {
		moved := filepath.Join(dir, "data", "m"+filepath.Base(name))
		if err := os.Rename(filepath.Join(dir, name), moved); err != nil {
			t.Fatal(err)
		}
		rel, _ := filepath.Rel(filepath.Dir(filepath.Join(dir, name)), moved)
		if err := os.Symlink(rel, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	b := opened(t, dir)
	held, err := b.Extent(t.Context(), 600)
	tile, err2 := b.Tile(t.Context(), 1, 0, 2)
	_, err3 := b.Records()
	_, err4 := b.Vkey()
	if !slices.Equal(held, []ledger.Range{{From: 0, To: 600}}) || err != nil || tile != nil || err2 != nil || !errors.Is(err3, fs.ErrNotExist) || codeOf(err4) != "unverifiable bundle_no_vkey" || b.HasDisclosures() {
		t.Error(held, err, tile, err2, err3, err4)
	}
	for range b.Entries(t.Context(), 0, 600) {
		t.Fatal("an entry came through a link")
	}
	for range b.Disclosures(t.Context(), 0, 600) {
		t.Fatal("a disclosure came through a link")
	}
}

func TestWhatIsNoBagIsNotOpened(t *testing.T) {
	above := t.TempDir()
	mustWrite(t, above, "bag.zip", "PK\x03\x04")
	mustWrite(t, above, "other/data/x", "x")
	for name, want := range map[string]string{"none": "input bundle_open", "bag.zip": "input bundle_not_a_folder", "other": "input bundle_not_a_bag"} {
		if _, err := Open(filepath.Join(above, name)); codeOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABagWithNothingInItIsOpenedAndFoundWanting(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, declaration, declared)
	b := opened(t, dir)
	list, err := b.CheckFiles(t.Context(), 1)
	if err != nil || !slices.Equal(codes(list), []ledger.Code{ledger.FileMissing, ledger.BagMalformed}) {
		t.Errorf("%v %v", list, err)
	}
	note, _ := b.Checkpoint(t.Context())
	held, err := b.Extent(t.Context(), 1000)
	if note != nil || len(held) > 0 || err != nil {
		t.Error(note, held, err)
	}
}

func TestReadingStopsWhenItIsStopped(t *testing.T) {
	dir, _ := written(t, newFake(t, 70000), nil)
	b := opened(t, dir)
	mine := errors.New("stopped by hand")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(mine)
	if _, err := b.CheckFiles(ctx, 2); !errors.Is(err, mine) {
		t.Error(err)
	}
	for _, err := range b.Entries(ctx, 0, 70000) {
		if !errors.Is(err, mine) {
			t.Error(err)
		}
	}
	for _, err := range b.Disclosures(ctx, 0, 70000) {
		if !errors.Is(err, mine) {
			t.Error(err)
		}
	}
	n := 0
	for range b.Disclosures(t.Context(), 0, 70000) { // a stopped index is made anew
		n++
	}
	if n != 35000 {
		t.Errorf("%d", n)
	}
}
