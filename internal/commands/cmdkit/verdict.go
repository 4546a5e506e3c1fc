package cmdkit

import (
	"context"
	"slices"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/output"
)

// Wording is how the verdict speaks of what was verified: that it is damaged, that it is at odds with the trust file, and
// what to do then.
type Wording struct{ Broken, Diverged, Hint i18n.Text }

// logWording is that of a log, and of a bundle of one.
var logWording = Wording{
	Broken:   i18n.T("günlük bozulmuş ya da değiştirilmiş", "the log is damaged or was changed"),
	Diverged: i18n.T("günlük, güven dosyasının daha önce gördüğü günlük değil", "the log is not the one that the trust file has seen before"),
	Hint: i18n.T("hiçbir şeyi onarmayın ve silmeyin; deponun ya da paketin kopyasını alıp bulgularla birlikte sorumluya iletin",
		"repair and delete nothing; copy the store or the bundle and hand it over with the findings"),
}

// Judge prints the report of something handed over that is no log, such as a receipt, against the trust file, which stays
// as it is. The error is that of the verdict, in the words of w.
func (v *Verification) Judge(ctx context.Context, w Wording, judge func(*ledger.Trust) (ledger.Report, error)) error {
	path, err := v.trustFile()
	if err != nil {
		if fault.From(err).Code == "no_profile" {
			return v.noTrust("--trust")
		}
		return err
	}
	trust, _, err := ReadTrust(path)
	if err != nil {
		return err
	}
	if trust == nil {
		return v.noTrust(path)
	}
	report, err := judge(trust)
	if err != nil {
		return err
	}
	if err := v.out.Emit(ctx, func(sink *output.Sink) error { return sink.Object(fields(report, v.d)) }); err != nil {
		return err
	}
	return w.verdict(report)
}

// verdict turns the report into the error that the exit code comes from.
func verdict(r ledger.Report) error { return logWording.verdict(r) }

func (w Wording) verdict(r ledger.Report) error {
	n := len(r.Findings)
	has := func(codes ...ledger.Code) bool {
		return slices.ContainsFunc(r.Findings, func(f ledger.Finding) bool { return slices.Contains(codes, f.Code) })
	}
	switch r.Class() {
	case fault.Integrity:
		text := w.Broken
		if r.Verdict == "diverged" {
			text = w.Diverged
		}
		return fault.New(fault.Integrity, "verify_broken", i18n.Tf("%s; bulgu sayısı: %d", "%s; findings: %d", text, n)).WithHint(w.Hint)
	case fault.Unverifiable:
		if has(ledger.TextUnknown) {
			return fault.New(fault.Unverifiable, "verify_unverifiable", i18n.Tf("doğrulanamadı: anahtar, güven bilgisi ya da metin eksik; bulgu sayısı: %d", "it could not be verified: a key, trust or a text is missing; findings: %d", n)).
				WithHint(i18n.T("bulguda adı geçeni yerine koyup yeniden doğrulayın", "put what the finding names in its place, and verify again"))
		}
		return fault.New(fault.Unverifiable, "verify_unverifiable", i18n.Tf("doğrulanamadı: anahtar ya da güven bilgisi eksik; bulgu sayısı: %d", "it could not be verified: a key or trust is missing; findings: %d", n)).
			WithHint(i18n.T("bulguda adı geçen anahtarı ya da güven dosyasını yerine koyup yeniden doğrulayın", "put the key or the trust file that the finding names in its place, and verify again"))
	case fault.Negative:
		if !has(ledger.KeptTooLong, ledger.PrunedTooEarly) {
			return fault.New(fault.Negative, "verify_policy", i18n.Tf("günlük sağlam, ancak bir kurala uyulmamış; bulgu sayısı: %d", "the log is whole, but a rule is not kept; findings: %d", n))
		}
		e := fault.New(fault.Negative, "verify_policy", i18n.Tf("günlük sağlam, ancak saklama kuralı tutulmamış; bulgu sayısı: %d", "the log is whole, but a rule of retention is not kept; findings: %d", n))
		if has(ledger.KeptTooLong) {
			return e.WithHint(i18n.Tf("süresi dolan kayıtları imha etmek için: iskurctl %s prune", "to dispose of the entries whose time is over: iskurctl %s prune", r.Log))
		}
		return e
	}
	return nil
}
