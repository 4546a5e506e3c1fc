package app

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/config"
	"iskurctl/internal/consent"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/myk"
	"iskurctl/internal/myk/sandbox"
	"iskurctl/internal/query"
	"iskurctl/internal/registry"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

// lockWait bounds the wait for another process's commit; a commit takes milliseconds.
const lockWait = 30 * time.Second

// wiring makes each dependency once, when it is first asked for, and closes what it opened.
type wiring struct {
	env     Env
	ctx     context.Context
	lang    i18n.Lang
	deps    *cmdkit.Deps
	closers []func() error

	profile func() (*config.Profile, error)
	keys    func() (*seal.Keys, error)
	store   func() (*store.Store, error)
	audit   func() (*audit.Log, error)
	consent func() (*consent.Log, error)
	ring    func() (ledger.Keys, error)
}

func (w *wiring) connect(d *cmdkit.Deps) {
	w.deps = d
	w.profile = sync.OnceValues(func() (*config.Profile, error) {
		g := d.Globals
		p, err := config.Load(g.Config, config.Overrides{Profile: g.Profile, Store: g.Store, Timeout: g.Timeout, Lang: g.Lang}, w.env.Getenv)
		if err == nil && p.InProcess() { // nobody may take synthetic answers for real ones
			d.Sandbox()
		}
		return p, err
	})
	w.store = sync.OnceValues(w.openStore)
	w.keys = sync.OnceValues(w.openKeys)
	w.audit = sync.OnceValues(w.openAudit)
	w.consent = sync.OnceValues(w.openConsent)
	w.ring = sync.OnceValues(w.openRing)
	d.Profile = w.profile
	d.CreateStore = func(ctx context.Context, path string) (*store.Store, error) {
		return store.Create(ctx, w.storeOptions(path))
	}
	d.Audit = func(context.Context) (*audit.Log, error) { return w.audit() }
	d.Evidence = w.evidence
	w.connectConsent(d)
	d.Registry = func(_ context.Context, change bool) (*registry.Registry, error) { return w.registryOf(change) }
	d.Identity = func() (string, string, error) {
		name, err := w.env.User()
		if err != nil {
			return "", "", unknownUser(err)
		}
		return name, w.host(), nil
	}
	d.Secret = func(ctx context.Context, ref string) ([]byte, error) { return seal.Secret(ctx, ref, w.env.Getenv) }
	d.Journal = func(context.Context) (*query.Journal, error) { return w.journal() }
	d.Query = w.query
}

func (w *wiring) storeOptions(path string) store.Options {
	return store.Options{Path: path, Migrations: migrations(), LockTimeout: lockWait}
}

func (w *wiring) openStore() (*store.Store, error) {
	p, err := w.profile()
	if err != nil {
		return nil, err
	}
	if p.InProcess() {
		if err := w.makeSandboxStore(p); err != nil {
			return nil, err
		}
	}
	st, err := store.Open(w.ctx, w.storeOptions(p.Store))
	if err == nil {
		w.closers = append(w.closers, st.Close)
	}
	return st, err
}

// makeSandboxStore makes the store and the key of the sandbox profile at its first use; several processes may do so at once.
func (w *wiring) makeSandboxStore(p *config.Profile) error {
	paths, err := config.PathsFrom(w.env.Getenv)
	if err != nil {
		return err
	}
	key := config.KeyFile(paths, config.Sandbox)
	if _, err := os.Lstat(key); os.IsNotExist(err) {
		if err := seal.WriteMaster(key, w.env.Rand); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if _, err := os.Lstat(p.Store); !os.IsNotExist(err) {
		return nil
	}
	st, err := store.Create(w.ctx, w.storeOptions(p.Store))
	if err != nil {
		if fault.From(err).Code == "store_exists" {
			return nil
		}
		return err
	}
	return st.Close()
}

func (w *wiring) openKeys() (*seal.Keys, error) {
	p, err := w.profile()
	if err != nil {
		return nil, err
	}
	text, err := seal.Secret(w.ctx, p.MasterRef, w.env.Getenv)
	if f := fault.From(err); err != nil && f.Code == "secret_missing" {
		return nil, fault.New(f.Class, f.Code, i18n.Join(": ", i18n.T("ana anahtar bulunamadı", "the master key is missing"), f.Message)).Because(err).
			WithHint(i18n.T("anahtarı yedeğinden yerine koyun ya da yapılandırmadaki keys.master yolunu düzeltin (iskurctl config show)",
				"put the key back from its backup, or correct the path keys.master in the configuration (iskurctl config show)"))
	}
	if err != nil {
		return nil, err
	}
	master, err := seal.ParseMaster(text)
	if err != nil {
		return nil, err
	}
	return seal.Derive(master)
}

// host names this machine in the log.
func (w *wiring) host() string {
	host, err := w.env.Host()
	if err != nil {
		return "localhost"
	}
	return host
}

func (w *wiring) journal() (*query.Journal, error) {
	p, err := w.profile()
	if err != nil {
		return nil, err
	}
	st, err := w.store()
	if err != nil {
		return nil, err
	}
	keys, err := w.keys()
	if err != nil {
		return nil, err
	}
	return query.NewJournal(st, keys, p.Name, w.env.Now, w.env.Rand), nil
}

func (w *wiring) query(ctx context.Context, o cmdkit.QueryOptions) (*query.Service, error) {
	p, err := w.profile()
	if err != nil {
		return nil, err
	}
	client, err := w.client(p, o)
	if err != nil {
		return nil, err
	}
	log, err := w.audit()
	if err != nil {
		return nil, err
	}
	name, err := w.env.User()
	if err != nil {
		return nil, unknownUser(err)
	}
	journal, err := w.journal()
	if err != nil {
		return nil, err
	}
	c := query.Config{
		Client: client, Log: log, Journal: journal, User: name, Host: w.host(), Purpose: o.Purpose, RequirePurpose: p.RequirePurpose,
		Concurrency: p.Concurrency, Rate: p.Rate, Now: w.env.Now, Jitter: jitter, Sleep: sleep,
	}
	if o.Concurrency > 0 {
		c.Concurrency = o.Concurrency
	}
	if o.Rate >= 0 {
		c.Rate = o.Rate
	}
	if p.Authorisation == "registry" {
		if c.Authorise, err = w.authorise(name); err != nil {
			return nil, err
		}
	}
	if err := w.refuseRollback(ctx, audit.Name, log.Ledger(), p); err != nil {
		return nil, err
	}
	s := query.New(c)
	return s, s.Start(ctx)
}

func (w *wiring) client(p *config.Profile, o cmdkit.QueryOptions) (*myk.Client, error) {
	cfg := myk.Config{
		BaseURL: p.BaseURL, Timeout: p.Timeout, Proxy: p.Proxy, MaxConns: max(p.Concurrency, o.Concurrency), UserAgent: "iskurctl/" + Version,
		Wire: myk.Wire{Envelope: p.Wire.Envelope, RetryCodes: p.Wire.RetryCodes, Operations: p.Wire.Operations, Fields: p.Wire.Fields, Parameters: p.Wire.Parameters},
		Auth: myk.Auth{Type: p.AuthType, Username: p.Username, Password: w.secret(p.PasswordRef), Token: w.secret(p.TokenRef)},
		TLS:  myk.TLSFiles{CAFile: p.CAFile, CertFile: p.CertFile, KeyFile: p.KeyFile},
	}
	if p.KeyFile != "" {
		if err := seal.CheckPrivate(p.KeyFile); err != nil {
			return nil, err
		}
	}
	if p.InProcess() {
		srv, err := w.sandbox()
		if err != nil {
			return nil, err
		}
		cfg.BaseURL = srv.URL()
	}
	c, err := myk.NewClient(cfg, w.env.Now)
	if err == nil {
		w.closers = append(w.closers, func() error { c.Close(); return nil })
		err = c.Prepare(w.ctx) // a missing secret is found before the first log row
	}
	return c, err
}

// sandbox starts the synthetic service inside the process.
func (w *wiring) sandbox() (*sandbox.Server, error) {
	srv, err := sandbox.Listen("127.0.0.1:0", sandbox.New(sandbox.Options{Now: w.env.Now, People: sandboxPeople, Seed: 1}))
	if err != nil {
		return nil, err
	}
	w.closers = append(w.closers, func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), time.Second)
		defer cancel()
		_ = srv.Close(ctx) // our own process's end closes whatever is left
		return nil
	})
	return srv, nil
}

// sandboxPeople is how many synthetic people the in-process service knows beside the fixed ones.
const sandboxPeople = 1000

func (w *wiring) secret(ref string) func(context.Context) ([]byte, error) {
	if ref == "" {
		return nil
	}
	return func(ctx context.Context) ([]byte, error) { return seal.Secret(ctx, ref, w.env.Getenv) }
}

// close closes what was opened, last first; an error of closing counts only when the work itself went well.
func (w *wiring) close(err error) error {
	for i := len(w.closers) - 1; i >= 0; i-- {
		if closed := w.closers[i](); closed != nil && err == nil {
			err = closed
		}
	}
	return err
}

func unknownUser(err error) error {
	return fault.New(fault.Usage, "user_unknown", i18n.T("işletim sistemi kullanıcısının adı öğrenilemedi; sorgu günlüğü onsuz yazılamaz",
		"the name of the operating-system user cannot be found; the query log cannot be written without it")).Because(err)
}

func jitter(limit time.Duration) time.Duration { return rand.N(limit + 1) }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
