package consentcmd

import (
	"context"
	"math"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/consent"
	"iskurctl/internal/consent/receipt"
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
		Use:   "verify [" + d.In(i18n.T("PAKET|MAKBUZ|BELGE", "BUNDLE|RECEIPT|CERTIFICATE")) + "]",
		Short: i18n.T("onay günlüğünün, bir paketin, makbuzun ya da silme belgesinin değişmediğini doğrular", "verifies that the consent log, a bundle, a receipt or a certificate was not changed"),
		Long: i18n.T(`Onay günlüğünün, PAKET klasöründeki dışa aktarımın, MAKBUZ klasöründeki makbuzun ya da BELGE klasöründeki silme belgelerinin bütünlüğünü doğrular ve bulguların hepsini kodlarıyla listeler.

Düzeyler: --quick imzalı denetim noktasına ve güven dosyasıyla tutarlılığa bakar. Düzey verilmezse buna ek olarak son doğrulamadan beri eklenen her kayıt ve eski kayıtların bir bölümü okunur; ne kadar okunduğu sonuçta yazar. --full bütün kayıtları okur. --deep kişisel alanları, metinlerin baytlarını, olayların sırasını (aydınlatmasız rıza, iki kez verilen rıza), silmeleri ve kayıtlara götüren satırları da denetler; ana anahtar bulunamazsa 7 ile biter, ötekiler anahtar istemez. Bir paket, düzey verilmezse --deep ile ve bütün dosyalarıyla doğrulanır.

Güven dosyası deponun dışında durur: sondan silinen kayıtlar ve eski yedekler ancak onunla görülür. Yeni kayıtların hepsini okuyan bulgusuz bir doğrulama onu ilerletir; ilk kez ise oluşturur. Paket, makbuz ve silme belgesi ilk görüldüğünde güvenilir sayılmaz, güven dosyası ister; başka bir günlüğünki için onun güven dosyasını --trust ile verin.`,
			`Verifies the consent log, the export in the folder BUNDLE, the receipt in the folder RECEIPT or the certificates of an erasure in the folder CERTIFICATE, and lists every finding with its code.

Levels: --quick looks at the signed checkpoint and its consistency with the trust file. Without a level every entry since the last verification and a part of the old ones are read as well; the result says how much. --full reads every entry. --deep also looks at personal values, the bytes of the texts, the order of events (consent without a notice, consent given twice), erasures and the rows that lead to entries; without the master key it ends with 7, the other levels need no key. A bundle is verified at --deep unless a level is given, with all its files.

The trust file lies outside the store: only it shows entries that were cut off at the end, or an old backup. A verification that read all new entries without findings moves it forward, and makes it the first time. A bundle, a receipt or a certificate is never trusted at first sight: it needs a trust file; for one of another log give that log's own with --trust.`),
		Example: i18n.T("iskurctl consent verify\niskurctl consent verify --deep -o json\niskurctl consent verify ./onay-2026 --trust onay.trust",
			"iskurctl consent verify\niskurctl consent verify --deep -o json\niskurctl consent verify ./consent-2026 --trust consent.trust"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Integrity, fault.Unverifiable, fault.Store, fault.Input, fault.Output},
		Args:  cmdkit.OneArg,
		Run: func(ctx context.Context, args []string) error {
			if len(args) == 1 {
				return verifyFolder(ctx, o, args[0])
			}
			return verifyStore(ctx, o)
		},
	})
	o.v = d.VerifyFlags(cmd, consent.Name)
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return cmd
}

func verifyStore(ctx context.Context, o *verifyOptions) error {
	level := o.v.Level(ledger.Default)
	log, err := o.d.ConsentEvidence(ctx, level == ledger.Deep)
	if err != nil {
		return err
	}
	head, _, err := log.Ledger().Head(ctx)
	if err != nil {
		return err
	}
	s := cmdkit.Subject{Source: log.Ledger().Source(), Level: level, Vkey: head.Vkey}
	if level == ledger.Deep {
		s.Domain = consent.NewCheck(log, s.Source, ledger.Range{From: head.Pruned, To: math.MaxInt64}) // what is logged before the verification begins, too
	}
	return o.v.Run(ctx, s)
}

func verifyFolder(ctx context.Context, o *verifyOptions, dir string) error {
	switch {
	case receipt.Is(dir):
		return o.v.Judge(ctx, receiptWording, func(trust *ledger.Trust) (ledger.Report, error) { return receipt.Verify(ctx, dir, trust) })
	case receipt.IsCertificate(dir):
		return o.v.Judge(ctx, certificateWording, func(trust *ledger.Trust) (ledger.Report, error) { return receipt.VerifyCertificates(ctx, dir, trust) })
	}
	b, err := bundle.Open(dir)
	if err != nil {
		if fault.From(err).Code == "bundle_not_a_bag" {
			return noneOfThem(dir, err)
		}
		return err
	}
	defer b.Close()
	s, _, err := cmdkit.BundleSubject(ctx, b, o.v.Level(ledger.Deep), cmdkit.BundleParts{
		Domain: func(_ context.Context, b *bundle.Bundle, size int64) (ledger.Domain, error) {
			return consent.BundleCheck(b, size), nil
		},
		Records: consent.CheckRecords,
	})
	if err != nil {
		return err
	}
	return o.v.Run(ctx, s)
}

// noneOfThem is a folder that is not known to be anything; what made it known may be the file that is missing.
func noneOfThem(dir string, err error) error {
	return fault.New(fault.Input, "folder_unknown", i18n.Tf("klasör ne bir paket, ne bir makbuz, ne de silme belgesi klasörü: %s", "the folder is neither a bundle nor a receipt nor one of certificates: %s", dir)).
		WithHint(i18n.T("pakette bagit.txt, makbuzda adı .sdjwt ile biten bir dosya, silme belgesi klasöründe adı .tlog-proof ile biten dosyalar bulunur; biri silinmişse klasörün değişmemiş bir kopyasını kullanın",
			"a bundle has a bagit.txt, a receipt has a file whose name ends in .sdjwt, a folder of certificates has files whose names end in .tlog-proof; if it was removed use an unchanged copy of the folder")).Because(err)
}

// What does not hold of what was handed over says nothing of the log.
var (
	receiptWording = cmdkit.Wording{
		Broken:   i18n.T("makbuz bozulmuş ya da değiştirilmiş", "the receipt is damaged or was changed"),
		Diverged: i18n.T("makbuz, güven dosyasının gördüğü günlükle çelişiyor", "the receipt contradicts the log that the trust file has seen"),
		Hint: i18n.T("bulguları saklayın; makbuzun değişmemiş bir kopyası varsa onu doğrulayın, yenisi `iskurctl consent receipt` ile verilir",
			"keep the findings; verify an unchanged copy of the receipt if there is one, a new one is written by `iskurctl consent receipt`"),
	}
	certificateWording = cmdkit.Wording{
		Broken:   i18n.T("silme belgeleri bozulmuş ya da değiştirilmiş", "the certificates of the erasure are damaged or were changed"),
		Diverged: i18n.T("silme belgeleri, güven dosyasının gördüğü günlükle çelişiyor", "the certificates of the erasure contradict the log that the trust file has seen"),
		Hint: i18n.T("bulguları saklayın; belgelerin değişmemiş bir kopyası varsa onu doğrulayın, silmenin kendisini günlükte `iskurctl consent verify --deep` denetler",
			"keep the findings; verify an unchanged copy of the certificates if there is one; the erasure itself is checked in the log by `iskurctl consent verify --deep`"),
	}
)
