package auditcmd

import (
	"context"

	"github.com/spf13/cobra"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/i18n"
)

// userFlag adds --user.
func userFlag(d *cmdkit.Deps, cmd *cobra.Command, user *string) {
	cmd.Flags().StringVar(user, "user", "", d.In(i18n.T("`KULLANICI` yalnızca bu işletim sistemi kullanıcısı", "`USER` only this operating-system user")))
}

// span gives the times that --from and --to ask for. Errors as of Period.Span.
func span(p *cmdkit.Period) (s audit.Span, err error) {
	s.From, s.To, err = p.Span()
	return s, err
}

// warnDisposed says that entries of the time that was asked for are gone: an empty answer must not look as if nobody had
// queried.
func warnDisposed(ctx context.Context, d *cmdkit.Deps, log *audit.Log, asked audit.Span) error {
	if asked.From.IsZero() && asked.To.IsZero() {
		return nil
	}
	since, err := log.Since(ctx)
	switch {
	case err != nil:
		return err
	case !asked.To.IsZero() && !asked.To.After(since):
		d.Warn(i18n.Tf("istenen sürenin bütün kayıtları, süreleri dolduğu için imha edildi; günlük %s ile başlıyor",
			"all entries of the time that was asked for were disposed of when their time was over; the log begins with %s", moment(since)))
	case asked.From.Before(since):
		d.Warn(i18n.Tf("%s tarihinden önceki kayıtlar, süreleri dolduğu için imha edildi", "the entries from before %s were disposed of when their time was over", moment(since)))
	}
	return nil
}
