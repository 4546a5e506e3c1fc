package app

import (
	"context"
	"path/filepath"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/config"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
)

// refuseRollback refuses to query, and to record consents, on a store that is older than what a verification has seen: a backup that was put back
// would make a second history under the same signature. Without a trust file of this log nothing can be said.
func (w *wiring) refuseRollback(ctx context.Context, name string, log *ledger.Log, p *config.Profile) error {
	paths, err := config.PathsFrom(w.env.Getenv)
	if err != nil {
		return err
	}
	path := filepath.Join(paths.StateDir, p.Name, name+".trust")
	trust, _, err := cmdkit.ReadTrust(path)
	if err != nil || trust == nil {
		return nil // verification complains about a damaged one
	}
	head, _, err := log.Head(ctx)
	if err != nil || head.Vkey != trust.Vkey || head.Size >= trust.Size {
		return err
	}
	return fault.New(fault.Integrity, "store_rolled_back",
		i18n.Tf("depo, son doğrulamada görülenden eski: %d kayıt yerine %s; hiçbir şey yazılmadı ve gönderilmedi", "the store is older than the last verification saw it: %[2]s instead of %[1]d; nothing was written or sent",
			trust.Size, i18n.Count(head.Size, "%d", "%d entry", "%d entries"))).
		WithHint(i18n.Tf("güncel depoyu geri koyun; eski yedekle bilerek sürdürülecekse %s dosyasını kenara alın", "put the present store back; to go on with the backup on purpose, set %s aside", path))
}
