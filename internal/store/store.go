// Package store opens the SQLite file of the program with the settings that are not negotiable, and commits to it: a
// Write is on the disk when it returns, and a file that is not plainly ours and private is refused. It is the only
// importer of modernc.org/sqlite; the domain packages bring their tables as Migrations, the composition lists them.
// Use one Store a process and path: on systems without OFD locks, closing one handle would strip another's locks.
package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Migration is one step of the schema. IDs ascend within a domain package, which has a range of its own; SQL may hold
// several statements. A migration that was released is never changed.
type Migration struct {
	ID   int
	Name string
	SQL  string
}

// Options say which store to open. LockTimeout bounds the wait for other processes; zero means ten seconds.
type Options struct {
	Path        string
	Migrations  []Migration
	LockTimeout time.Duration
}

const defaultLockTimeout = 10 * time.Second

// readers is the size of the read-only pool: pages of a listing are short, more would only cost page caches.
const readers = 4

// Store is one open store, safe for concurrent use.
type Store struct {
	path       string
	timeout    time.Duration
	ctx        context.Context // without an end: a transaction must not be rolled back because one caller gave up
	writer     *sql.DB
	reader     *sql.DB
	lock       *fileLock
	migrations []Migration
	files      []watched // the database, its -wal and its -shm, as they were when the store was opened
	vacant     chan struct{}
	wake       chan struct{} // sent to when a resting worker has work again
	gone       chan struct{} // closed with the store
	last       []request     // what runs before the commit; this and the next two are the worker's own
	number     int64
	seen       version

	mu       sync.Mutex
	idle     *sync.Cond
	queue    []*request
	working  bool
	resting  bool // a worker waits for wake
	closed   bool
	failed   *fault.Error
	scanners []*scanner // that rest
	refusal  *sql.DB

	run runLock
}

// Open opens an existing store; it never creates one. Everything in doubt is refused before SQLite sees the file:
// class Store (9) for what is missing, private no more, not ours, newer, locked or unreadable; class Integrity (6) where
// damage is proven. Pending migrations run inside one immediate transaction, in exactly one of many processes.
func Open(ctx context.Context, o Options) (*Store, error) {
	path, err := absolute(o.Path)
	if err != nil {
		return nil, err
	}
	id, err := inspect(path)
	if err != nil {
		return nil, err
	}
	if err := checkFolder(filepath.Dir(path), fileSystem); err != nil {
		return nil, err
	}
	if err := checkHeader(path, id); err != nil {
		return nil, err
	}
	if err := checkSidecars(path); err != nil {
		return nil, err
	}
	s := &Store{path: path, timeout: o.LockTimeout, migrations: o.Migrations, ctx: context.WithoutCancel(ctx), vacant: make(chan struct{}, 1),
		wake: make(chan struct{}, 1), gone: make(chan struct{})}
	if s.timeout <= 0 {
		s.timeout = defaultLockTimeout
	}
	s.idle = sync.NewCond(&s.mu)
	s.lock = &fileLock{path: path + ".lock"}
	s.run.path, s.run.store = path, id
	if err := s.start(ctx, id, o.Migrations); err != nil {
		_ = s.release()
		return nil, err
	}
	return s, nil
}

// start connects, brings the schema up to date and remembers which files the store consists of.
func (s *Store) start(ctx context.Context, id identity, migrations []Migration) error {
	var err error
	if s.writer, err = connect(source{path: s.path, timeout: s.timeout, persist: true, made: &s.seen.conn}, 1); err != nil {
		return err
	}
	if err := s.writer.PingContext(ctx); err != nil {
		return s.Explain(err)
	}
	if err := s.migrate(ctx, migrations); err != nil {
		return err
	}
	if s.reader, err = connect(source{path: s.path, timeout: s.timeout, persist: true, readOnly: true}, readers); err != nil {
		return err
	}
	s.files = []watched{{path: s.path, id: id}}
	for _, suffix := range []string{"-wal", "-shm"} {
		id, err := inspect(s.path + suffix)
		if err != nil {
			return err
		}
		s.files = append(s.files, watched{path: s.path + suffix, id: id})
	}
	if err := s.verify(); err != nil {
		return err
	}
	// SQLite itself ignores a failed sync of the folder after it made the -wal: commits in a file without a name
	// would be lost with the power. The file is kept between runs, so that this sync is all that is needed.
	return syncFolder(filepath.Dir(s.path))
}

// Create makes a new store: missing folders with mode 0700, the file with mode 0600, the whole schema. It becomes
// visible under its name only when it is complete, so that of many processes one creates and the others find it. An
// existing file is refused (store_exists).
func Create(ctx context.Context, o Options) (*Store, error) {
	path, err := absolute(o.Path)
	if err != nil {
		return nil, err
	}
	folder := filepath.Dir(path)
	if err := makeFolder(folder); err != nil {
		return nil, err
	}
	if err := checkFolder(folder, fileSystem); err != nil {
		return nil, err
	}
	if err := refuseExisting(path); err != nil {
		return nil, err
	}
	timeout := o.LockTimeout
	if timeout <= 0 {
		timeout = defaultLockTimeout
	}
	lock := &fileLock{path: path + ".lock"}
	if err := lock.acquire(timeout, ctx.Done()); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	err = create(ctx, path, o.Migrations, timeout)
	lock.close()
	if err != nil {
		return nil, err
	}
	return Open(ctx, o)
}

// create builds the store under another name and renames it. The caller holds the lock, which makes the check and the
// rename one step among our own processes.
func create(ctx context.Context, path string, migrations []Migration, timeout time.Duration) error {
	if err := refuseExisting(path); err != nil {
		return err
	}
	draft := path + ".new"
	discard := func() {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			_ = os.Remove(draft + suffix)
		}
	}
	discard() // what a killed process left behind
	f, err := os.OpenFile(draft, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return filing(err)
	}
	if err := f.Close(); err != nil {
		return filing(err)
	}
	if err := build(ctx, draft, migrations, timeout); err != nil {
		discard()
		return err
	}
	if err := os.Rename(draft, path); err != nil {
		discard()
		return filing(err)
	}
	discard()
	return syncFolder(filepath.Dir(path))
}

// build writes the schema into the empty file and closes it without a -wal.
func build(ctx context.Context, path string, migrations []Migration, timeout time.Duration) (err error) {
	db, err := connect(source{path: path, timeout: timeout}, 1)
	if err != nil {
		return err
	}
	defer func() {
		if e := db.Close(); e != nil && err == nil {
			err = explain(e)
		}
	}()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, text := range []string{"PRAGMA application_id = " + strconv.Itoa(applicationID), createVersions} {
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return explain(err)
		}
	}
	if err := apply(ctx, tx, migrations); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return explain(err)
	}
	// The header must stand in the file itself, where Open looks for it.
	var busy, frames, done int
	if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &done); err != nil {
		return explain(err)
	}
	if busy != 0 {
		return locked(timeout, nil)
	}
	return nil
}

// Read gives the read-only pool. Read in short pages: an open read keeps the -wal from being recycled. Pass the errors
// it gives through Explain. After a failure that ends the store, the pool refuses every call with that failure.
func (s *Store) Read() *sql.DB {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return s.refusal
	}
	return s.reader
}

// Prepared is a statement to prepare, and where it goes.
type Prepared struct {
	To   **sql.Stmt
	Text string
}

// Prepare prepares statements on the writer, for use by tx.Stmt inside Write: it saves the parsing each time. They live
// as long as the store, which closes them. Call it outside Write (the writer has one connection).
func (s *Store) Prepare(ctx context.Context, list ...Prepared) error {
	if err := s.usable(); err != nil {
		return err
	}
	for _, p := range list {
		stmt, err := s.writer.PrepareContext(ctx, p.Text) //nolint:sqlclosecheck // lives as long as the store
		if err != nil {
			return s.Explain(err)
		}
		*p.To = stmt
	}
	return nil
}

// Close waits for the running commits and closes the store; further calls fail. After a failure that ended the store
// it gives that failure and leaves SQLite's handles alone: closing would sync the -wal once more, and a sync repeated
// after a failed one may succeed although the data are gone.
func (s *Store) Close() error {
	s.mu.Lock()
	already := s.closed
	s.closed = true
	for s.working {
		s.idle.Wait()
	}
	s.mu.Unlock()
	if already {
		return nil
	}
	close(s.gone)
	if err := s.verify(); err != nil {
		_ = s.end(err) // release reports it
	}
	return s.release()
}

func (s *Store) release() error {
	s.run.close()
	s.lock.close()
	if f := s.failure(); f != nil {
		return f
	}
	s.mu.Lock()
	for _, x := range s.scanners {
		x.close()
	}
	s.scanners = nil
	s.mu.Unlock()
	var err error
	for _, db := range []*sql.DB{s.reader, s.writer} { // the writer last: it checkpoints
		if db != nil {
			if e := db.Close(); e != nil && err == nil {
				err = explain(e)
			}
		}
	}
	return err
}

func absolute(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if path == "" || err != nil || strings.ContainsRune(path, 0) {
		return "", fault.New(fault.Usage, "store_path", i18n.T("deponun yolu geçersiz", "the path of the store is not valid")).Because(err)
	}
	return abs, nil
}

// lockKind switches SQLite to OFD locks before its first file is opened: a POSIX lock is lost as soon as anything in the
// process closes a descriptor of the same file. Where the system has none, POSIX locks stay.
func lockKind() {
	sqlite.StrictPragmas(true)
	_, _ = sqlite.OFDLocking(true)
}
