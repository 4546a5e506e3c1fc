package bundle

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// Bundle is an export that somebody handed over. Nothing in it is to be believed: CheckFiles looks at the files,
// ledger.Verify at the log. It is a ledger.Source, safe for concurrent use. No link in it is followed, and nothing is
// read beyond the bounds of its format.
type Bundle struct {
	path  string // as the person gave it, for errors
	root  *os.Root
	note  []byte
	size  int64 // as the checkpoint says, which nobody has verified yet; -1 when it cannot be read
	info  fields
	lines lineIndex
	tiles tileIndex

	lock     sync.Mutex
	real     map[string]bool // folders that are no links
	problems []ledger.Finding
	met      map[ledger.Finding]bool
	unnamed  bool      // there were problems beyond maxProblems
	blocks   sync.Pool // *[]byte: entry bundles
}

var _ interface {
	ledger.Source
	ledger.MarkSource
	ledger.Part
} = (*Bundle)(nil)

// errIrregular is for what is neither a file nor a folder; CheckFiles names each.
var errIrregular = errors.New("not a regular file")

// Open opens the folder of a bag. Errors are of class Input: bundle_open, bundle_not_a_folder, bundle_not_a_bag,
// bundle_read. Whatever else is wrong with it is found by CheckFiles and Verify.
func Open(dir string) (*Bundle, error) {
	at, err := os.Stat(dir)
	if err != nil {
		return nil, fault.New(fault.Input, "bundle_open", i18n.Tf("dışa aktarma klasörü açılamadı: %s: %s", "the bundle could not be opened: %s: %s", dir, fault.Cause(err))).
			WithHint(i18n.T("klasörün yolunu ve okuma izninizi denetleyin", "check the path of the folder and that you may read it")).Because(err)
	}
	if !at.IsDir() {
		return nil, fault.New(fault.Input, "bundle_not_a_folder", i18n.Tf("dışa aktarma bir klasör olmalı, bu bir dosya: %s", "a bundle is a folder, this is a file: %s", dir)).
			WithHint(i18n.T("sıkıştırılmış dosyayı önce boş bir klasöre açın, sonra o klasörün yolunu yazın", "unpack the archive into an empty folder first, then give the path of that folder"))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, readFault(dir, err)
	}
	b := &Bundle{path: dir, root: root, size: -1, real: map[string]bool{".": true}, met: map[ledger.Finding]bool{}}
	if _, err := root.Lstat(declaration); err != nil {
		root.Close()
		return nil, fault.New(fault.Input, "bundle_not_a_bag", i18n.Tf("klasör bir dışa aktarma değil, içinde bagit.txt yok: %s", "the folder is no bundle, it has no bagit.txt: %s", dir)).
			WithHint(i18n.T("içinde bagit.txt bulunan klasörün yolunu yazın", "give the path of the folder that holds bagit.txt")).Because(err)
	}
	if b.note, err = b.read(checkpoint, maxNote); err != nil {
		root.Close()
		return nil, err
	}
	if c, err := ledger.ReadCheckpoint(b.note); err == nil {
		b.size = c.Size
	}
	text, err := b.read(info, maxTag)
	if err != nil {
		root.Close()
		return nil, err
	}
	b.info = parseInfo(string(text))
	return b, nil
}

// Close lets go of the folder. The Bundle must not be used after it.
func (b *Bundle) Close() error {
	b.lines.close()
	return b.root.Close()
}

func readFault(dir string, err error) error {
	return fault.New(fault.Input, "bundle_read", i18n.Tf("dışa aktarma okunamadı: %s: %s", "the bundle could not be read: %s: %s", dir, fault.Cause(err))).Because(err)
}

// open opens a file of the bag for reading. The error is fs.ErrNotExist, errIrregular (a link, a device, a folder, or
// one of these on the way) or one of the system's.
func (b *Bundle) open(name string) (*os.File, int64, error) {
	if err := b.folder(path.Dir(name)); err != nil {
		return nil, 0, err
	}
	at, err := b.root.Lstat(name)
	if err != nil {
		return nil, 0, err
	}
	if !at.Mode().IsRegular() {
		return nil, 0, errIrregular
	}
	f, err := b.root.Open(name)
	if err != nil {
		return nil, 0, err
	}
	return f, at.Size(), nil
}

// folder makes sure that no part of the path is a link. os.Root keeps out of everything outside the bag, but would follow
// a link within it.
func (b *Bundle) folder(name string) error {
	b.lock.Lock()
	known := b.real[name]
	b.lock.Unlock()
	if known {
		return nil
	}
	if err := b.folder(path.Dir(name)); err != nil {
		return err
	}
	at, err := b.root.Lstat(name)
	if err != nil {
		return err
	}
	if !at.IsDir() {
		return errIrregular
	}
	b.lock.Lock()
	defer b.lock.Unlock()
	if len(b.real) > 4096 { // no bag of ours has that many
		clear(b.real)
		b.real["."] = true
	}
	b.real[name] = true
	return nil
}

// read gives at most limit+1 bytes of a file, nil when there is none. An error is class Input.
func (b *Bundle) read(name string, limit int64) ([]byte, error) {
	f, size, err := b.open(name)
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, readFault(b.path, err)
	}
	defer f.Close()
	content := make([]byte, min(size, limit+1))
	n, err := io.ReadFull(f, content)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, readFault(b.path, err)
	}
	return content[:n], nil
}

// absent tells that there is no file to be read, be it that something else bears its name.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, errIrregular)
}

// maxProblems leaves room for maxBad lines and what is said of them.
const maxProblems = 2 * maxBad

// problem keeps a finding that reading came upon.
func (b *Bundle) problem(f ledger.Finding) {
	b.lock.Lock()
	defer b.lock.Unlock()
	switch {
	case b.met[f]:
	case len(b.problems) >= maxProblems:
		b.unnamed = true
	default:
		b.met[f] = true
		b.problems = append(b.problems, f)
	}
}

// Problems gives the findings that reading the source's entries and disclosures came upon so far. They are not in
// ledger.Report: ask after Verify.
func (b *Bundle) Problems() []ledger.Finding {
	b.lock.Lock()
	defer b.lock.Unlock()
	list := append([]ledger.Finding(nil), b.problems...)
	if b.unnamed { // how many cannot be told: one may have been met twice
		list = append(list, ledger.Finding{Code: ledger.BagMalformed, Seq: -1, Detail: i18n.T("okunurken başka bulgular da çıktı; hepsi tek tek sayılmadı", "reading came upon more findings; not all were named")})
	}
	return list
}

// Checkpoint gives data/checkpoint, nil when it is not there.
func (b *Bundle) Checkpoint(context.Context) ([]byte, error) { return b.note, nil }

// Pruned gives what bag-info.txt says.
func (b *Bundle) Pruned(context.Context) (int64, error) { return b.info.pruned, nil }

// Range gives the entries that were asked for when the bundle was made, as bag-info.txt says. ok is false when it does not.
func (b *Bundle) Range() (r ledger.Range, ok bool) { return b.info.wanted, b.info.ranged }

// Vkey gives data/vkey, the key that the bundle says it was signed with: only one got another way proves anything. An
// error is class Unverifiable, bundle_no_vkey.
func (b *Bundle) Vkey() (string, error) {
	text, err := b.read(vkey, maxTag)
	if err != nil {
		return "", err
	}
	key, ok := strings.CutSuffix(string(text), "\n")
	if !ok || !isValue(key) {
		return "", fault.New(fault.Unverifiable, "bundle_no_vkey", i18n.T("dışa aktarmanın data/vkey dosyası yok ya da okunamıyor", "the bundle's data/vkey is missing or cannot be read")).
			WithHint(i18n.T("kaydın sahibinden güven dosyasını isteyip --trust ile verin", "ask the owner of the log for the trust file and give it with --trust"))
	}
	return key, nil
}

// Records opens records.csv, to be compared with the entries. The error is fs.ErrNotExist when the bundle has none.
func (b *Bundle) Records() (io.ReadCloser, error) {
	f, _, err := b.open(records)
	if absent(err) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, readFault(b.path, err)
	}
	return f, nil
}

// fields is bag-info.txt. bad lists what is wrong with it.
type fields struct {
	oxum   string
	origin string
	size   string
	wanted ledger.Range
	ranged bool
	period Period
	pruned int64
	marks  []int64
	bad    []i18n.Text
}

// parseInfo reads the lines "Label: value". Lines that go on in the next (RFC 8493, section 2.2.2) are none of ours.
func parseInfo(text string) (f fields) {
	wrong := func(line int) {
		f.bad = append(f.bad, i18n.Tf("bag-info.txt dosyasının %s. satırı geçersiz", "line %s of bag-info.txt is not valid", strconv.Itoa(line)))
	}
	if len(text) > maxTag {
		f.bad = append(f.bad, i18n.T("bag-info.txt çok büyük", "bag-info.txt is too large"))
		return f
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		f.bad = append(f.bad, i18n.T("bag-info.txt satır sonuyla bitmiyor", "bag-info.txt does not end with a line end"))
	}
	seen := map[string]bool{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		label, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		if !ok || !isLabel(label) || !isValue(value) {
			wrong(number)
			continue
		}
		switch label {
		case labelOxum:
			f.oxum = value
		case labelOrigin:
			f.origin = value
		case labelSize:
			f.size = value
		case labelRange:
			from, to, cut := strings.Cut(value, "-")
			var ok1, ok2 bool
			f.wanted.From, ok1 = parsePlain(from)
			f.wanted.To, ok2 = parsePlain(to)
			f.ranged = cut && ok1 && ok2 && f.wanted.From <= f.wanted.To
			ok = f.ranged
		case labelPeriod:
			f.period, ok = parsePeriod(value)
		case labelPruned:
			f.pruned, ok = parsePlain(value)
		case labelMark:
			var seq int64
			if seq, ok = parsePlain(value); ok {
				f.marks = append(f.marks, seq)
			}
		default:
			continue
		}
		if !ok || seen[label] && label != labelMark {
			wrong(number)
		}
		seen[label] = true
	}
	return f
}

// parsePlain reads 0…2^53-1 in its one spelling.
func parsePlain(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > ledger.MaxInt || plain(n) != s {
		return 0, false
	}
	return n, true
}
