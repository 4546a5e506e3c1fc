package auditcmd

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"iskurctl/internal/audit"
	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

type verifyOptions struct {
	d *cmdkit.Deps
	v *cmdkit.Verification
}

func newVerify(d *cmdkit.Deps) *cobra.Command {
	o := &verifyOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "verify [" + d.In(i18n.T("PAKET", "BUNDLE")) + "]",
		Short: i18n.T("günlüğün ya da dışa aktarılmış bir paketin değişmediğini doğrular", "verifies that the log, or an exported bundle, was not changed"),
		Long: i18n.T(`Sorgu günlüğünün ya da PAKET klasöründeki dışa aktarımın bütünlüğünü doğrular ve bulguların hepsini kodlarıyla listeler.

Düzeyler: --quick imzalı denetim noktasına ve güven dosyasıyla tutarlılığa bakar. Düzey verilmezse buna ek olarak son doğrulamadan beri eklenen her kayıt ve eski kayıtların bir bölümü okunur; ne kadar okunduğu sonuçta yazar. --full bütün kayıtları, --deep kişisel alanları, sonuçları, kayıtlara götüren satırları ve saklama sürelerini de denetler; ana anahtar bulunamazsa 7 ile biter (anahtarı isteyen öteki komutlar 2 ile), ötekiler anahtar istemez. --quick dışında Ek-2'nin satırları da günlükteki kayıtlarıyla karşılaştırılır. Bir paket, düzey verilmezse --deep ile ve bütün dosyalarıyla doğrulanır.

Güven dosyası deponun dışında durur: sondan silinen kayıtlar ve eski yedekler ancak onunla görülür. Yeni kayıtların hepsini okuyan bulgusuz bir doğrulama onu ilerletir; ilk kez ise oluşturur. Paket ilk görüldüğünde güvenilir sayılmaz, güven dosyası ister; başka bir günlüğün paketi için onun güven dosyasını --trust ile verin.`,
			`Verifies that the query log, or the export in the folder BUNDLE, is whole, and lists every finding with its code.

Levels: --quick looks at the signed checkpoint and its consistency with the trust file. Without a level every entry since the last verification and a part of the old ones are read as well; the result says how much. --full reads every entry, --deep personal values, outcomes, the rows that lead to entries and retention too; without the master key it ends with 7 (other commands that need the key with 2), the other levels need no key. At all levels but --quick the rows of Ek-2 are compared with their entries, too. A bundle is verified at --deep unless a level is given, with all its files.

The trust file lies outside the store: only it shows entries that were cut off at the end, or an old backup. A verification that read all new entries without findings moves it forward, and makes it the first time. A bundle is never trusted at first sight: it needs a trust file; for a bundle of another log give that log's own with --trust.`),
		Example: i18n.T("iskurctl audit verify\niskurctl audit verify --full -o json\niskurctl audit verify ./myk-kasim --trust iskur.trust",
			"iskurctl audit verify\niskurctl audit verify --full -o json\niskurctl audit verify ./myk-november --trust iskur.trust"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Unverifiable, fault.Store, fault.Input, fault.Output},
		Args:  cmdkit.OneArg,
		Run: func(ctx context.Context, args []string) error {
			if len(args) == 1 {
				return verifyBundle(ctx, o, args[0])
			}
			return verifyStore(ctx, o)
		},
	})
	o.v = d.VerifyFlags(cmd, audit.Name)
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return cmd
}

func verifyStore(ctx context.Context, o *verifyOptions) error {
	level := o.v.Level(ledger.Default)
	log, err := o.d.Evidence(ctx, level == ledger.Deep)
	if err != nil {
		return err
	}
	head, _, err := log.Ledger().Head(ctx)
	if err != nil {
		return err
	}
	s := cmdkit.Subject{Source: log.Ledger().Source(), Level: level, Vkey: head.Vkey}
	if level == ledger.Deep {
		s.Domain = audit.NewCheck(log, ledger.Range{From: head.Pruned, To: head.Size}, o.d.Now())
	}
	if level != ledger.Quick { // the rows of Ek-2 stand on entries of this log
		s.More = func(ctx context.Context) ([]ledger.Finding, error) {
			r, err := o.d.Registry(ctx, false)
			if err != nil {
				return nil, err
			}
			found, err := r.Verify(ctx)
			if err != nil || level != ledger.Full {
				return found, err
			}
			unlisted, err := log.UnlistedChanges(ctx) // the deepest level has looked at them
			return append(found, unlisted...), err
		}
	}
	return o.v.Run(ctx, s)
}

func verifyBundle(ctx context.Context, o *verifyOptions, dir string) error {
	b, err := bundle.Open(dir)
	if err != nil {
		return err
	}
	defer b.Close()
	s, _, err := cmdkit.BundleSubject(ctx, b, o.v.Level(ledger.Deep), bundleParts(o.d.Now()))
	if err != nil {
		return err
	}
	return o.v.Run(ctx, s)
}

// bundleParts are what a bundle of queries has of its own.
func bundleParts(now time.Time) cmdkit.BundleParts {
	return cmdkit.BundleParts{
		Domain: func(ctx context.Context, b *bundle.Bundle, size int64) (ledger.Domain, error) {
			held, err := audit.BundleRange(ctx, b, size)
			if err != nil {
				return nil, err
			}
			if !b.HasDisclosures() {
				held.To = held.From // nobody expects any
			}
			return audit.NewCheck(nil, held, now), nil
		},
		Records: audit.CheckRecords,
	}
}
