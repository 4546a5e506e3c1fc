package bundle

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// maxDepth is how many folders lie in one another at most: data/tile/entries, five of a number, a partial tile's.
const maxDepth = 10

// maxFindings is how many findings of the files are kept one by one: whoever made the folder must not choose how much
// memory its check takes.
const maxFindings = 1000

// errCrowded ends a walk through a folder that holds more than any log of this size.
var errCrowded = errors.New("more files than a log of this size can have")

// check is one run of CheckFiles.
type check struct {
	*Bundle
	listed *listing // of the payload; nil: no manifest, or not all of it was read
	met    int64    // files, folders and whatever else is there, as walk came upon them
	files  int64    // of the payload
	bytes  int64

	lock     sync.Mutex
	findings []ledger.Finding
	rest     ledger.Finding // stands for those beyond maxFindings
	more     int64          // how many
}

// CheckFiles checks the folder as a bag (RFC 8493), as strictly as ours are written: the declaration, the manifests, each
// file's digest, and that there is nothing else: no file that is not listed or that an export of this size does not have,
// no link, no device. The digests are computed by workers goroutines. The findings are given sorted: V16 to V19, V23; of
// more than a thousand, one that counts the rest. An error (class Input, bundle_read, or the context's cause) means that it
// could not be read.
func (b *Bundle) CheckFiles(ctx context.Context, workers int) ([]ledger.Finding, error) {
	c := &check{Bundle: b, listed: newListing()}
	if err := c.tags(ctx); err != nil {
		return nil, err
	}
	if err := c.payload(ctx, max(1, workers)); err != nil {
		return nil, err
	}
	err := c.walk(ctx, ".", 0)
	crowded := errors.Is(err, errCrowded)
	if err != nil && !crowded {
		return nil, err
	}
	c.facts(!crowded)
	slices.SortFunc(c.findings, func(x, y ledger.Finding) int {
		return cmp.Or(cmp.Compare(x.Code, y.Code), cmp.Compare(x.Detail.EN, y.Detail.EN))
	})
	findings := slices.Compact(c.findings)
	if c.more > 0 {
		c.rest.Detail = i18n.Tf("dosyalarla ilgili %d bulgu daha var", "there are %d more findings about the files", c.more)
		findings = append(findings, c.rest)
	}
	return findings, nil
}

func (c *check) report(f ledger.Finding) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if len(c.findings) < maxFindings {
		c.findings = append(c.findings, f)
		return
	}
	if c.more++; c.more == 1 {
		c.rest = f
	}
}

func (c *check) found(code ledger.Code, text i18n.Text) {
	c.report(ledger.Finding{Code: code, Seq: -1, Detail: text})
}

// tags checks the declaration and the tag manifest.
func (c *check) tags(ctx context.Context) error {
	text, err := c.read(declaration, maxTag)
	if err != nil {
		return err
	}
	if string(text) != declared {
		c.found(ledger.BagMalformed, i18n.T("bagit.txt, BagIt 1.0 bildirimi değil", "bagit.txt is not the declaration of BagIt 1.0"))
	}
	var failed error
	buf := make([]byte, 128<<10)
	tags := newListing()
	whole, err := c.Bundle.manifest(ctx, tagManifest, tags, c.report, func(f listed) bool {
		failed = c.digest(ctx, f, buf)
		return failed == nil
	})
	if err == nil {
		err = failed
	}
	if err != nil || !whole {
		return err
	}
	for _, name := range []string{declaration, info, manifest} {
		if !tags.has(name) {
			c.found(ledger.BagMalformed, i18n.Tf("%s dosyasında yer almıyor: %s", "not listed in %s: %s", tagManifest, name))
		}
	}
	return nil
}

// payload has the listed files digested.
func (c *check) payload(ctx context.Context, workers int) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	jobs := make(chan listed, 4*workers)
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			buf := make([]byte, 128<<10)
			for f := range jobs {
				if ctx.Err() != nil {
					continue
				}
				if err := c.digest(ctx, f, buf); err != nil {
					stop(err)
				}
			}
		})
	}
	whole, err := c.Bundle.manifest(ctx, manifest, c.listed, c.report, func(f listed) bool {
		select {
		case jobs <- f:
			return true
		case <-ctx.Done():
			return false
		}
	})
	close(jobs)
	running.Wait()
	if !whole {
		c.listed = nil
	}
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return err
}

// digest compares a file with its line.
func (c *check) digest(ctx context.Context, want listed, buf []byte) error {
	f, _, err := c.open(want.name)
	if err != nil {
		if !absent(err) {
			return readFault(c.path, err)
		}
		if at, err := c.root.Lstat(want.name); err == nil && !at.Mode().IsRegular() {
			c.irregular(want.name)
		} else {
			c.found(ledger.FileMissing, missing(want.name))
		}
		return nil
	}
	defer f.Close()
	sum := sha256.New()
	for {
		n, err := f.Read(buf)
		sum.Write(buf[:n])
		if err == io.EOF {
			break
		}
		if err != nil {
			return readFault(c.path, err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	if [sha256.Size]byte(sum.Sum(buf[:0])) != want.sum {
		c.found(ledger.FileMismatch, i18n.Tf("dosyanın içeriği değişmiş: %s", "the file's content has changed: %s", want.name))
	}
	return nil
}

func missing(name string) i18n.Text {
	return i18n.Tf("dosya yok: %s", "the file is missing: %s", name)
}

func (c *check) irregular(name string) {
	c.found(ledger.BagMalformed, i18n.Tf("sıradan bir dosya değil, bağ ya da aygıt: %s", "not a regular file but a link, a folder or a device: %s", shown(name)))
}

// walk looks at everything that is there.
func (c *check) walk(ctx context.Context, folder string, depth int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return c.each(folder, func(e fs.DirEntry) error {
		name := e.Name()
		if folder != "." {
			name = folder + "/" + name
		}
		if c.met++; c.met > 2*fileLimit(c.size) { // each in a folder of its own
			c.found(ledger.BagMalformed, i18n.T("klasörde bu boyuttaki bir kayıtta olabilecek dosyadan fazlası var; hepsine bakılmadı",
				"the folder holds more files than a log of this size can have; not all were looked at"))
			return errCrowded
		}
		switch {
		case e.IsDir() && depth < maxDepth:
			return c.walk(ctx, name, depth+1)
		case e.IsDir():
			c.found(ledger.BagMalformed, i18n.Tf("klasörler çok derin: %s", "the folders are too deep: %s", shown(name)))
		case !e.Type().IsRegular():
			c.irregular(name)
		case strings.HasPrefix(name, payload):
			at, err := e.Info()
			if err != nil {
				return readFault(c.path, err)
			}
			c.files++
			c.bytes += at.Size()
			c.place(name)
		case name != declaration && name != info && name != manifest && name != tagManifest:
			c.extra(name)
		}
		return nil
	})
}

func (c *check) extra(name string) {
	c.found(ledger.FileExtra, i18n.Tf("fazladan dosya: %s", "a file too many: %s", shown(name)))
}

// place tells whether a file of the payload may be there: it is listed, and a log of this size has it.
func (c *check) place(name string) {
	if c.listed != nil && !c.listed.has(name) {
		c.extra(name)
		return
	}
	switch name {
	case checkpoint, vkey, readme, records, disclosures:
		return
	}
	rest := strings.TrimPrefix(name, payload)
	if level, index, width, ok := parseTilePath(rest); ok {
		if c.size >= 0 && ledger.WidthAt(c.size, max(0, level), index) != width {
			c.found(ledger.TilePartialStale, i18n.Tf("bu boyuttaki bir kayıtta olmayan ağaç dosyası: %s", "a tile that a log of this size does not have: %s", rest))
		}
		return
	}
	if _, ok := textDigest(name); !ok {
		c.extra(name)
	}
}

// facts compares bag-info.txt with what is there; the files only where all were counted.
func (c *check) facts(counted bool) {
	f := &c.Bundle.info
	for _, text := range f.bad {
		c.found(ledger.BagMalformed, text)
	}
	wrong := func(label string) {
		c.found(ledger.BagMalformed, i18n.Tf("bag-info.txt: %s klasördekine uymuyor", "bag-info.txt: %s does not fit what is in the folder", label))
	}
	if counted && f.oxum != plain(c.bytes)+"."+plain(c.files) {
		wrong(labelOxum)
	}
	if !f.ranged {
		wrong(labelRange)
	}
	if c.note == nil { // Verify takes it for a log that nobody has written to yet
		c.found(ledger.FileMissing, missing(checkpoint))
	}
	at, err := ledger.ReadCheckpoint(c.note)
	if err != nil {
		return // a finding of Verify's
	}
	if f.origin != at.Origin {
		wrong(labelOrigin)
	}
	if f.size != plain(at.Size) {
		wrong(labelSize)
	}
	if f.ranged && f.wanted.To > at.Size {
		wrong(labelRange)
	}
	if f.pruned > at.Size {
		wrong(labelPruned)
	}
	c.key()
}

// key looks whether the key that the bundle names is the one that signed: whoever takes it from there must not be misled.
func (c *check) key() {
	switch at, err := c.root.Lstat(vkey); {
	case errors.Is(err, fs.ErrNotExist):
		c.found(ledger.FileMissing, missing(vkey))
		return
	case err != nil || !at.Mode().IsRegular():
		return // that is a finding already
	}
	text, err := c.Vkey()
	if err != nil {
		text = ""
	}
	v, err := note.NewVerifier(text)
	if err == nil {
		_, err = ledger.OpenCheckpoint(c.note, v)
	}
	var p *ledger.Problem
	if err != nil && (!errors.As(err, &p) || p.Code == ledger.SigUnknownKey) { // a false signature is a finding of Verify's
		c.found(ledger.BagMalformed, i18n.Tf("%s, denetim noktasını imzalayan anahtar değil", "%s is not the key that signed the checkpoint", vkey))
	}
}
