// Package registry keeps Ek-2 of the protocol: which unit and which person of each party coordinates it (article 8(8)),
// and who is authorised to use the service (8(10)), with every change that was ever made and the written notice that told
// the other party of it. A change and its entry in the query log commit together, so that an edit behind the program's back
// is found by `audit verify`. Commands and the composition root may import it.
package registry

import (
	"context"
	"io"
	"sync"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/store"
)

// Config is what a Registry stands on. Bind is called before the first change of a run and makes the query log ready to
// be written to; nil calls Audit.BindKey. Reading needs no key: an Audit without keys will do.
type Config struct {
	Store *store.Store
	Audit *audit.Log
	Bind  func(ctx context.Context) error
	Now   func() time.Time
	Rand  io.Reader // safe for concurrent use
}

// Registry reads and changes the registry of one store. It is safe for concurrent use; one Registry a Store.
type Registry struct {
	cfg Config
	st  *store.Store

	prepare sync.Mutex
	ready   *statements
}

// New makes the registry over an open store that has its Migrations and those of the query log.
func New(c Config) *Registry { return &Registry{cfg: c, st: c.Store} }

// Who is somebody who changes the registry: the operating system's names.
type Who struct{ User, Host string }

// Today is the present day in Istanbul.
func (r *Registry) Today() Date { return Today(r.cfg.Now()) }
