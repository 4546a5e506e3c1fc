package bundle

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// bag is the folder while it is being written: under a hidden name beside its place, readable by its owner only, until
// publish gives it the name. All steps go through handles of folders, so one that is swapped meanwhile changes nothing.
type bag struct {
	path   string // as the person gave it, for errors
	name   string
	tmp    string
	parent *os.Root
	root   *os.Root
	held   *os.File // the lock of the folder while it is hidden
	done   bool

	swept, left []string // folders of exports that were killed: taken away, and still there

	lock  sync.Mutex
	made  map[string]*os.Root // folders and their handles
	list  *file               // manifest-sha256.txt
	tags  []byte              // tagmanifest-sha256.txt
	files int64               // of the payload
	bytes int64
}

// begin refuses a place that is taken and makes the temporary folder.
func begin(dir string) (*bag, error) {
	above, name := filepath.Split(filepath.Clean(dir))
	if above == "" {
		above = "."
	}
	parent, err := os.OpenRoot(above)
	if err != nil {
		return nil, openFault(dir, err)
	}
	b := &bag{path: dir, name: name, parent: parent, made: map[string]*os.Root{}}
	if err := b.begin(); err != nil {
		b.discard()
		return nil, err
	}
	return b, nil
}

func (b *bag) begin() error {
	if b.name == "" || b.name == "." || b.name == ".." {
		return exists(b.path, fs.ErrExist)
	}
	switch at, err := b.parent.Lstat(b.name); {
	case err == nil && at.Mode()&fs.ModeSymlink != 0:
		return fault.New(fault.Output, "out_symlink", i18n.Tf("hedef bir sembolik bağ, bağlar izlenmez: %s", "the target is a symbolic link, which is not followed: %s", b.path)).
			WithHint(i18n.T("henüz var olmayan bir klasör adı yazın", "give the name of a folder that does not exist yet"))
	case err == nil:
		return exists(b.path, fs.ErrExist)
	case !errors.Is(err, fs.ErrNotExist):
		return openFault(b.path, err)
	}
	b.swept, b.left = sweep(b.parent)
	var err error
	if b.tmp, b.root, b.held, err = hiddenFolder(b.parent); err != nil {
		return openFault(b.path, err)
	}
	b.made["."] = b.root
	b.list, err = b.create(manifest)
	return err
}

func openFault(dir string, err error) error {
	return fault.New(fault.Output, "out_open", i18n.Tf("klasör oluşturulamadı: %s: %s", "the folder could not be created: %s: %s", dir, fault.Cause(err))).
		WithHint(i18n.T("üst klasörün var olduğundan ve yazma izniniz olduğundan emin olun", "make sure that the folder above it exists and that you may write to it")).Because(err)
}

func exists(dir string, err error) error {
	return fault.New(fault.Output, "out_exists", i18n.Tf("hedef zaten var: %s", "the target already exists: %s", dir)).
		WithHint(i18n.T("henüz var olmayan bir klasör adı yazın; var olanın üzerine yazılmaz", "give the name of a folder that does not exist yet; nothing is written over")).Because(err)
}

func (b *bag) fault(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return exists(b.path, err)
	}
	return fault.New(fault.Output, "out_write", i18n.Tf("dışa aktarma yazılamadı: %s: %s", "the export could not be written: %s: %s", b.path, fault.Cause(err))).Because(err)
}

// open makes a file of the bag, and the folders above it.
func (b *bag) open(name string) (*os.File, error) {
	dir, base := path.Split(name)
	folder, err := b.folder(path.Clean(dir))
	if err != nil {
		return nil, b.write(err)
	}
	if folder == b.root {
		base = name
	}
	f, err := folder.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, b.write(err)
	}
	return f, nil
}

// openFolders bounds the handles of folders that are kept: a folder has a thousand files, each a walk along its path.
const openFolders = 100

// folder makes sure that the folder is there, whoever else needs it at the same time, and gives its handle; or the
// bag's, when too many are open.
func (b *bag) folder(name string) (*os.Root, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if r, ok := b.made[name]; ok {
		return r, nil
	}
	if err := b.root.MkdirAll(name, 0o700); err != nil {
		return nil, err
	}
	b.made[name] = b.root
	if len(b.made) <= openFolders {
		r, err := b.root.OpenRoot(name)
		if err != nil {
			return nil, err
		}
		b.made[name] = r
	}
	return b.made[name], nil
}

// letGo closes the handles of the folders.
func (b *bag) letGo() {
	for _, r := range b.made {
		if r != b.root {
			r.Close()
		}
	}
	b.made = nil
}

// write is fault for what stands within the temporary folder, where a name that is taken is no matter of the person's.
func (b *bag) write(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Internal, "export_twice", i18n.T("dışa aktarmanın bir dosyası iki kez yazıldı", "a file of the export was written twice")).Because(err)
	}
	return b.fault(err)
}

// put writes a whole file.
func (b *bag) put(name string, content []byte) error {
	f, err := b.open(name)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return b.write(err)
	}
	return b.listed(name, sha256.Sum256(content), int64(len(content)))
}

// listed notes a file that is complete: those of the payload in the manifest, the others for the tag manifest.
func (b *bag) listed(name string, sum [sha256.Size]byte, size int64) error {
	line := make([]byte, 0, 2*len(sum)+len(name)+3)
	line = append(append(append(hex.AppendEncode(line, sum[:]), "  "...), name...), '\n')
	b.lock.Lock()
	defer b.lock.Unlock()
	if name == tagManifest {
		return nil
	}
	if len(name) < len(payload) || name[:len(payload)] != payload {
		b.tags = append(b.tags, line...)
		return nil
	}
	b.files++
	b.bytes += size
	_, err := b.list.Write(line)
	return err
}

// file is one that is written piece by piece, hashed on the way.
type file struct {
	bag  *bag
	name string
	f    *os.File
	w    *bufio.Writer
	sum  hash.Hash
	size int64
}

func (b *bag) create(name string) (*file, error) {
	f, err := b.open(name)
	if err != nil {
		return nil, err
	}
	out := &file{bag: b, name: name, f: f, sum: sha256.New()}
	out.w = bufio.NewWriterSize(io.MultiWriter(f, out.sum), 1<<17)
	return out, nil
}

// Write implements io.Writer; errors are those of the bag.
func (f *file) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	f.size += int64(n)
	if err != nil {
		return n, f.bag.write(err)
	}
	return n, nil
}

// close ends the file and lists it.
func (f *file) close() error {
	err := f.w.Flush()
	if cerr := f.f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return f.bag.write(err)
	}
	return f.bag.listed(f.name, [sha256.Size]byte(f.sum.Sum(nil)), f.size)
}

// publish makes everything durable, then gives the folder its name, unless that was taken meanwhile.
func (b *bag) publish() error {
	b.letGo()
	if err := syncAll(b.root); err != nil {
		return b.write(err)
	}
	if err := rename(b.parent, b.tmp, b.name); err != nil {
		return b.fault(err)
	}
	b.done = true
	b.held.Close()
	b.root.Close()
	defer b.parent.Close()
	if err := syncFolder(b.parent, "."); err != nil {
		return b.write(err)
	}
	return nil
}

// discard leaves nothing behind. After publish it does nothing.
func (b *bag) discard() {
	if b.done {
		return
	}
	b.letGo()
	if b.list != nil {
		b.list.f.Close()
	}
	if b.root != nil {
		b.root.Close()
	}
	if b.tmp != "" {
		_ = b.parent.RemoveAll(b.tmp)
	}
	if b.held != nil {
		b.held.Close()
	}
	b.parent.Close()
}

// syncTree makes every file and folder below name durable, one by one.
func syncTree(root *os.Root, name string) error {
	d, err := root.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		list, err := d.ReadDir(512)
		for _, e := range list {
			below := path.Join(name, e.Name())
			if e.IsDir() {
				err = syncTree(root, below)
			} else {
				err = syncFile(root, below)
			}
			if err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return syncFolder(root, name)
		}
		if err != nil {
			return err
		}
	}
}

func syncFile(root *os.Root, name string) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// syncFolder lets folders be that cannot be synced: some file systems say EINVAL, and there is no more to be had from them.
func syncFolder(root *os.Root, name string) error {
	err := syncFile(root, name)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}

// replace is the portable way to give a folder a name only if that is free: an empty folder takes it, which rename(2)
// may replace as long as it stays empty.
func replace(parent *os.Root, tmp, name string) error {
	if err := parent.Mkdir(name, 0o700); err != nil {
		return err
	}
	d, err := parent.Open(".")
	if err == nil {
		defer d.Close()
		err = unix.Renameat(int(d.Fd()), tmp, int(d.Fd()), name) // os refuses to rename onto a folder, even an empty one
	}
	if err != nil {
		_ = parent.Remove(name) // fails when somebody put something there, rightly
	}
	return err
}
