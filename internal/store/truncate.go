package store

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// truncatePause is the time between two tries to empty the -wal.
const truncatePause = 20 * time.Millisecond

// Truncate brings everything into the database file and empties the -wal, both durably: what a commit overwrote or
// deleted is then in neither (secure_delete). It waits as long as a Write for other writers and for open reads, which
// hold the -wal; then class Store, store_locked. A ctx that ends meanwhile gives the ctx's error.
func (s *Store) Truncate(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.usable(); err != nil {
		return err
	}
	lock := &fileLock{path: s.path + ".lock"} // s.lock is the worker's; flock keeps the two apart as it does processes
	defer lock.close()
	if err := lock.acquire(s.timeout, ctx.Done()); err != nil {
		if errors.Is(err, errVacant) {
			return ctx.Err()
		}
		return err
	}
	defer lock.release()
	if err := s.check(); err != nil {
		return err
	}
	if err := s.emptyWAL(ctx); err != nil {
		return err
	}
	// SQLite does not sync the shortened -wal: after a power cut the old bytes could stand in it again.
	if err := syncFile(s.path + "-wal"); err != nil {
		return s.end(err)
	}
	return s.check()
}

// emptyWAL tries until no reader is left. Its connection does not wait by itself: nothing could interrupt that. Writers
// are kept out by the lock, and once all is in the file new readers no longer look into the -wal, so that a steady stream
// of them does not keep it from being emptied.
func (s *Store) emptyWAL(ctx context.Context) error {
	db, err := connect(source{path: s.path, persist: true}, 1)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	over := time.NewTimer(s.timeout)
	defer over.Stop()
	for {
		var busy, frames, done int
		err := db.QueryRowContext(s.ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &done)
		switch {
		case err != nil && !isBusy(err):
			return s.Explain(err)
		case err == nil && busy == 0:
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over.C:
			return locked(s.timeout, err)
		case <-time.After(truncatePause):
		}
	}
}

func syncFile(path string) error {
	return syncOpened(os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0))
}
