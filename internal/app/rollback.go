package app

import (
	"context"
	"path/filepath"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/config"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// refuseRollback refuses to query on a store that is older than what a verification has seen: a backup that was put back
// would make a second history under the same signature. Without a trust file of this log nothing can be said.
func (w *wiring) refuseRollback(ctx context.Context, log *audit.Log, p *config.Profile) error {
	paths, err := config.PathsFrom(w.env.Getenv)
	if err != nil {
		return err
	}
	path := filepath.Join(paths.StateDir, p.Name, audit.Name+".trust")
	trust, _, err := cmdkit.ReadTrust(path)
	if err != nil || trust == nil {
		return nil // verification complains about a damaged one
	}
	head, _, err := log.Ledger().Head(ctx)
	if err != nil || head.Vkey != trust.Vkey || head.Size >= trust.Size {
		return err
	}
	return fault.New(fault.Integrity, "store_rolled_back",
		i18n.Tf("depo, son doğrulamada görülenden eski: %d kayıt yerine %d; hiçbir şey gönderilmedi", "the store is older than the last verification saw it: %[2]d entries instead of %[1]d; nothing was sent", trust.Size, head.Size)).
		WithHint(i18n.Tf("güncel depoyu geri koyun; eski yedekle bilerek sürdürülecekse %s dosyasını kenara alın", "put the present store back; to go on with the backup on purpose, set %s aside", path))
}
