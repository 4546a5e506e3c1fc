// Package cmdkit is what all commands share: lazy dependencies, the shape of a command and of a group, the output
// flags, and the reading of dates and TC numbers from arguments. Only packages below internal/commands and
// internal/app import it.
package cmdkit

import (
	"context"
	"io"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/config"
	"iskurctl/internal/consent"
	"iskurctl/internal/i18n"
	"iskurctl/internal/query"
	"iskurctl/internal/registry"
	"iskurctl/internal/store"
	"iskurctl/internal/term"
)

// Globals are the values of the global flags; an empty text was not given.
type Globals struct {
	Profile, Config, Store, Lang, Color, Timeout string
	Quiet, NoProgress, Yes                       bool
	Verbose                                      int
}

// Deps is what commands may reach. Everything that opens a file, a store or a socket is a function that does so when
// it is first called, so that `version`, `help` and `tc` touch none of them.
type Deps struct {
	Lang    i18n.Lang
	Streams *term.Streams
	Globals *Globals
	Env     config.Env
	Now     func() time.Time
	Rand    io.Reader
	Build   func() Build
	Watch   func() // from now on a signal ends the context; nil in a tree that is only documented

	Profile func() (*config.Profile, error)
	// CreateStore makes the store of a path; only `config init` and the sandbox profile make one.
	CreateStore func(ctx context.Context, path string) (*store.Store, error)
	Audit       func(ctx context.Context) (*audit.Log, error)
	// Evidence gives the query log for what needs no master key (keys false): its entries can be verified, not opened.
	Evidence func(ctx context.Context, keys bool) (*audit.Log, error)
	// Consent gives the consent log, ConsentEvidence the same for what needs no master key, as Evidence does.
	Consent         func(ctx context.Context) (*consent.Log, error)
	ConsentEvidence func(ctx context.Context, keys bool) (*consent.Log, error)
	// Registry gives Ek-2: to be read, which needs no master key, or to be changed.
	Registry func(ctx context.Context, change bool) (*registry.Registry, error)
	// Identity names the operating-system user and the host, as the log does.
	Identity func() (user, host string, err error)
	Secret   func(ctx context.Context, ref string) ([]byte, error)
	Query    func(ctx context.Context, o QueryOptions) (*query.Service, error)
	Journal  func(ctx context.Context) (*query.Journal, error)

	helpErr error
}

// QueryOptions are what the flags of a querying command say.
type QueryOptions struct {
	Purpose     string
	Concurrency int     // 0 = the profile's
	Rate        float64 // < 0 = the profile's
}

// Build tells which program this is.
type Build struct {
	Version, Commit, Date, Go, OS, Arch string
}

// In gives a text in the language of this run.
func (d *Deps) In(t i18n.Text) string { return t.In(d.Lang) }
