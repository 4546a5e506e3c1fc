package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"syscall"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// SQLite's primary result codes that have a meaning of their own here (sqlite.org/rescode.html); the low byte of an
// extended code is its primary one.
const (
	codeBusy       = 5
	codeLocked     = 6
	codeReadOnly   = 8
	codeIOErr      = 10
	codeCorrupt    = 11
	codeFull       = 13
	codeCantOpen   = 14
	codeProtocol   = 15
	codeConstraint = 19
	codeNotADB     = 26
	codeShmSize    = 4874 // extended, of codeIOErr
)

// Explain turns an error of the database into one that people understand: class Store, or Integrity where the file is
// proven to be damaged. An input/output error ends the store. Errors of contexts and our own pass through.
func (s *Store) Explain(err error) error {
	if err == nil {
		return nil
	}
	if ioFailure(err) {
		return s.end(explain(err))
	}
	if corrupt(err) { // what a disk that cannot be read looks like to SQLite
		for _, suffix := range []string{"", "-wal"} {
			if e := readThrough(s.path + suffix); e != nil {
				return s.end(filing(e))
			}
		}
	}
	return explain(err)
}

// coded is an error of SQLite: the driver's, or that of a scanner.
type coded interface {
	error
	Code() int
}

func corrupt(err error) bool {
	var e coded
	return errors.As(err, &e) && e.Code()&0xff == codeCorrupt
}

func ioFailure(err error) bool {
	var e coded
	return errors.As(err, &e) && e.Code()&0xff == codeIOErr
}

func isBusy(err error) bool {
	var e coded
	return errors.As(err, &e) && e.Code()&0xff == codeBusy
}

func explain(err error) error {
	var ours *fault.Error
	var e coded
	switch {
	case err == nil, errors.As(err, &ours), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case !errors.As(err, &e):
		if errors.Is(err, sql.ErrConnDone) {
			return closed()
		}
		return err
	}
	if e.Code() == codeShmSize { // the shared memory beside the -wal could not grow
		return fault.New(fault.Store, "store_full", i18n.T("depo kullanılamadı: diskte yer kalmadı", "the store could not be used: no space left on the disk")).
			WithHint(i18n.T("yer açın, sonra komutu yeniden çalıştırın", "make room, then run the command again")).Because(err)
	}
	if text := e.Error(); strings.Contains(text, "no such table") || strings.Contains(text, "no such column") { // our statements fit our schema
		return fault.New(fault.Integrity, "store_damaged", i18n.T("deponun bir tablosu silinmiş ya da değiştirilmiş", "a table of the store was removed or changed")).
			WithHint(i18n.T("dosyayı inceleme için saklayın ve yedekten geri yükleyin", "keep the file for the investigation and restore the backup")).Because(err)
	}
	switch e.Code() & 0xff {
	case codeBusy, codeLocked, codeProtocol:
		return locked(0, err)
	case codeReadOnly:
		return fault.New(fault.Store, "store_readonly", i18n.T("depoya yazılamıyor: salt okunur", "the store cannot be written: it is read-only")).
			WithHint(writable).Because(err)
	case codeIOErr:
		return fault.New(fault.Store, "store_io", i18n.Tf("disk giriş/çıkış hatası (SQLite %d); kayıt güvenceye alınamadı, program durmalı",
			"disk input/output error (SQLite %d); the record could not be made durable, the program must stop", plain(e.Code()))).
			WithHint(i18n.T("diski ve boş yeri denetleyin, sonra komutu yeniden çalıştırın", "check the disk and its free space, then run the command again")).Because(err)
	case codeCorrupt, codeNotADB:
		return fault.New(fault.Integrity, "store_damaged", i18n.T("depo dosyası bozuk", "the store file is damaged")).
			WithHint(i18n.T("dosyayı inceleme için saklayın ve yedekten geri yükleyin", "keep the file for the investigation and restore the backup")).Because(err)
	case codeFull:
		return fault.New(fault.Store, "store_full", i18n.T("depo yazılamadı: diskte yer kalmadı", "the store could not be written: no space left on the disk")).
			WithHint(i18n.T("yer açın, sonra komutu yeniden çalıştırın", "make room, then run the command again")).Because(err)
	case codeCantOpen:
		return fault.New(fault.Store, "store_open", i18n.T("depo dosyası açılamadı", "the store file could not be opened")).
			WithHint(i18n.T("klasörün yazılabilir olduğunu, diskte yer ve açık dosya hakkı kaldığını denetleyin", "check that the folder is writable and that disk space and file descriptors are left")).Because(err)
	case codeConstraint:
		return fault.New(fault.Internal, "store_constraint", i18n.T("kayıt deponun kurallarına aykırı", "a record breaks a rule of the store")).Because(err)
	}
	return fault.New(fault.Internal, "store_sql", i18n.Tf("veritabanı hatası (SQLite %d)", "database error (SQLite %d)", plain(e.Code()))).Because(err)
}

// plain keeps a code from getting a thousands separator.
type plain int

// end makes the failure final: every later call gets it, and the handles are not touched again.
func (s *Store) end(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = fault.From(err)
		s.refusal = sql.OpenDB(refusing{err: s.failed})
	}
	s.refuseLocked(s.failed, false)
	return s.failed
}

func (s *Store) failure() *fault.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

func (s *Store) usable() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.usableLocked()
}

func (s *Store) usableLocked() error {
	switch {
	case s.failed != nil:
		return s.failed
	case s.closed:
		return closed()
	}
	return nil
}

func closed() error {
	return fault.New(fault.Internal, "store_closed", i18n.T("depo kapatıldı", "the store is closed"))
}

func missing(path string) error {
	return fault.New(fault.Store, "store_missing", i18n.Tf("depo yok: %s", "there is no store: %s", path)).
		WithHint(i18n.T("depo taşındıysa profildeki store ayarını (ya da --store) düzeltin; silindiyse yedekten geri koyun", "if the store was moved, correct store in the profile (or --store); if it was lost, put it back from a backup"))
}

func notOurs(path string, why i18n.Text) error {
	return fault.New(fault.Store, "store_not_ours", i18n.Tf("%s bir iskurctl deposu değil: %s", "%s is not a store of iskurctl: %s", path, why)).
		WithHint(i18n.T("deponun yolunu denetleyin (--store)", "check the path of the store (--store)"))
}

// locked says how long was waited; zero when SQLite waited by itself.
func locked(waited time.Duration, err error) error {
	text := i18n.T("depo başka bir işlemin elinde", "the store is held by another process")
	if waited > 0 {
		text = i18n.Tf("depo başka bir işlemin elinde; %s beklendi", "the store is held by another process; waited %s", waited)
	}
	return fault.New(fault.Store, "store_locked", text).
		WithHint(i18n.T("öteki iskurctl işleminin bitmesini bekleyin, sonra yeniden deneyin", "wait until the other iskurctl process has ended, then try again")).Because(err)
}

var writable = i18n.T("dosyanın ve klasörünün bu kullanıcıya yazılabilir olduğunu denetleyin", "check that this user can write the file and its folder")

// filing explains an error of the operating system about the files of the store.
func filing(err error) error {
	code, hint := "store_file", i18n.Text{}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		code = "store_full"
	case errors.Is(err, syscall.EROFS):
		code, hint = "store_readonly", writable
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		hint = writable
	case errors.Is(err, syscall.EIO):
		code = "store_io"
	}
	return fault.New(fault.Store, code, i18n.Tf("deponun dosyasına erişilemiyor: %s", "a file of the store cannot be accessed: %s", fault.Cause(err))).WithHint(hint).Because(err)
}
