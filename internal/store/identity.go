package store

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// applicationID stands in bytes 68–71 of the file ("ISKR"), so that another program's SQLite file is never taken for
// ours.
const applicationID = 0x49534B52

// identity tells one file from another under the same name.
type identity struct{ dev, ino uint64 }

// watched is a file of the store as it was when the store was opened.
type watched struct {
	path string
	id   identity
}

// inspect judges a file by lstat alone: it is regular, no link leads to it under another name, nobody else may open it.
func inspect(path string) (identity, error) {
	var st unix.Stat_t
	if err := lstat(path, &st); err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			return identity{}, missing(path)
		}
		return identity{}, filing(err)
	}
	id := identity{uint64(st.Dev), st.Ino}
	switch uint32(st.Mode) & unix.S_IFMT {
	case unix.S_IFREG:
	case unix.S_IFLNK:
		return id, fault.New(fault.Store, "store_symlink", i18n.Tf("%s bir sembolik bağ; depo bağ üzerinden açılmaz", "%s is a symbolic link; a store is not opened through one", path)).
			WithHint(i18n.T("deponun kendi yolunu yazın", "write the path of the store itself"))
	default:
		return id, notOurs(path, i18n.T("düz bir dosya değil", "it is not a regular file"))
	}
	if uint32(st.Mode)&0o177 != 0 {
		return id, fault.New(fault.Store, "store_mode", i18n.Tf("%s başkalarına açık; kipi 0600 olmalı", "%s is open to others; its mode must be 0600", path)).
			WithHint(i18n.Tf("chmod 600 %s", "chmod 600 %s", path))
	}
	if uint64(st.Nlink) != 1 {
		return id, fault.New(fault.Store, "store_links", i18n.Tf("%s dosyasının birden çok adı var (sabit bağ)", "%s has more than one name (hard links)", path)).
			WithHint(i18n.T("ikinci adı kaldırın; depo iki addan açılırsa bozulur", "remove the second name; a store opened under two names gets damaged"))
	}
	return id, nil
}

func lstat(path string, st *unix.Stat_t) error {
	for {
		if err := unix.Lstat(path, st); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// verify finds out whether the files under their names are still the ones that are open. SQLite does not notice: it
// goes on "committing" into a deleted file, and into a replaced one it writes the pages of the old.
func (s *Store) verify() error {
	for _, w := range s.files {
		id, err := inspect(w.path)
		switch f := fault.From(err); {
		case err == nil && id == w.id:
		case err == nil || f.Code == "store_symlink" || f.Code == "store_not_ours":
			return replaced(w.path)
		case f.Code == "store_missing":
			return deleted(w.path)
		default:
			return err
		}
	}
	return nil
}

func replaced(path string) *fault.Error {
	return fault.New(fault.Integrity, "store_replaced", i18n.Tf("%s çalışma sırasında başka bir dosyayla değiştirildi", "%s was replaced by another file while it was in use", path)).
		WithHint(i18n.T("programı durdurun; dosyayı kimin değiştirdiğini araştırın", "stop the program and find out who replaced the file"))
}

func deleted(path string) *fault.Error {
	return fault.New(fault.Store, "store_missing", i18n.Tf("%s çalışma sırasında silindi", "%s was deleted while it was in use", path)).
		WithHint(i18n.T("depoyu yedekten geri yükleyin", "restore the store from its backup"))
}

// checkHeader looks at the first hundred bytes before SQLite does, so that a file of somebody else's is not touched, not
// even by a -wal beside it.
func checkHeader(path string, id identity) error {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return filing(err)
	}
	defer func() { _ = f.Close() }()
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return filing(err)
	}
	if (identity{uint64(st.Dev), st.Ino}) != id {
		return missing(path)
	}
	header := make([]byte, 100)
	switch _, err := io.ReadFull(f, header); {
	case errors.Is(err, io.EOF):
		return notOurs(path, i18n.T("dosya boş", "the file is empty"))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return notOurs(path, i18n.T("SQLite dosyası değil", "it is not an SQLite file"))
	case err != nil:
		return filing(err)
	}
	if string(header[:16]) != "SQLite format 3\x00" {
		return notOurs(path, i18n.T("SQLite dosyası değil", "it is not an SQLite file"))
	}
	if binary.BigEndian.Uint32(header[68:]) != applicationID {
		return notOurs(path, i18n.T("başka bir programın dosyası", "it is another program's file"))
	}
	return nil
}

// checkSidecars refuses a -wal or -shm that somebody else can read or has put there as a link.
func checkSidecars(path string) error {
	for _, suffix := range []string{"-wal", "-shm"} {
		if _, err := inspect(path + suffix); err != nil && fault.From(err).Code != "store_missing" {
			return err
		}
	}
	return nil
}

// checkFolder refuses a folder in which the store would not be safe: on a network file system, whose locks and shared
// memory WAL cannot rely on, or where everybody may rename files. kind names the file system if it is a network one.
func checkFolder(folder string, kind func(string) (string, error)) error {
	name, err := kind(folder)
	if err != nil {
		return filing(err)
	}
	if name != "" {
		return fault.New(fault.Store, "store_network_fs", i18n.Tf("%s ağ dosya sisteminde (%s); depo orada güvenle çalışmaz", "%s is on a network file system (%s); a store does not work safely there", folder, name)).
			WithHint(i18n.T("depoyu yerel diske koyun; ortak depo için PostgreSQL kullanın (postgres://…)", "put the store on a local disk; for a shared store use PostgreSQL (postgres://…)"))
	}
	info, err := os.Stat(folder)
	if err != nil {
		return filing(err)
	}
	if info.Mode()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0 {
		return fault.New(fault.Store, "store_mode", i18n.Tf("%s klasörüne herkes yazabiliyor", "everybody can write to the folder %s", folder)).
			WithHint(i18n.Tf("chmod o-w %s", "chmod o-w %s", folder))
	}
	return nil
}

// makeFolder makes the folder and its missing parents with mode 0700, each durable in its own parent.
func makeFolder(folder string) error {
	err := os.Mkdir(folder, 0o700)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(folder) != folder {
		if err := makeFolder(filepath.Dir(folder)); err != nil {
			return err
		}
		err = os.Mkdir(folder, 0o700)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return filing(err)
	}
	return syncFolder(filepath.Dir(folder))
}

// syncFolder makes the names in a folder durable.
func syncFolder(folder string) error { return syncOpened(os.Open(folder)) }

// syncOpened makes an open file or folder durable and closes it.
func syncOpened(f *os.File, err error) error {
	if err != nil {
		return filing(err)
	}
	err = f.Sync()
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return filing(err)
	}
	return nil
}

func refuseExisting(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return fault.New(fault.Store, "store_exists", i18n.Tf("%s zaten var; üzerine yazılmaz", "%s already exists; it is not overwritten", path))
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return filing(err)
}
