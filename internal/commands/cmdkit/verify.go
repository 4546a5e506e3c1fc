package cmdkit

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/config"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/output"
	"iskurctl/internal/term"
)

// scrubEntries is how many old entries an ordinary verification reads again: sixteen tiles, a few milliseconds.
const scrubEntries = 16 * ledger.Width

// maxTrustFile bounds the trust file; ledger.ParseTrust is stricter still.
const maxTrustFile = 64 << 10

// Verification is the flags and the report of the verify commands of all logs.
type Verification struct {
	d                 *Deps
	log               string
	out               *Output
	quick, full, deep bool
	trust             string
}

// VerifyFlags adds them to the command that verifies the log called name.
func (d *Deps) VerifyFlags(cmd *cobra.Command, name string) *Verification {
	v := &Verification{d: d, log: name}
	f := cmd.Flags()
	f.BoolVar(&v.quick, "quick", false, d.In(i18n.T("yalnızca denetim noktası ve güven dosyasıyla tutarlılık", "only the checkpoint and its consistency with the trust file")))
	f.BoolVar(&v.full, "full", false, d.In(i18n.T("bütün kayıtlar, karma ağacının köküne kadar", "every entry, up to the root of the hash tree")))
	f.BoolVar(&v.deep, "deep", false, d.In(i18n.T("--full ve kişisel alanlar, sonuçlar, süreler, kurallı biçim", "--full, and personal values, outcomes, retention, canonical form")))
	f.StringVar(&v.trust, "trust", "", d.In(i18n.T("`DOSYA` güven dosyası: kimin imzasına inanıldığı ve en son ne görüldüğü", "`FILE` the trust file: whose signature is believed and what was seen last")))
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if v.quick && (v.full || v.deep) || v.full && v.deep {
			return fault.New(fault.Usage, "flags_conflict", i18n.T("--quick, --full ve --deep birlikte verilmez", "--quick, --full and --deep do not go together"))
		}
		return nil
	}
	v.out = d.OutputFlags(cmd, nil)
	return v
}

// Level gives the level asked for; def when no flag was given.
func (v *Verification) Level(def ledger.Level) ledger.Level {
	switch {
	case v.quick:
		return ledger.Quick
	case v.full:
		return ledger.Full
	case v.deep:
		return ledger.Deep
	}
	return def
}

// Subject is what is verified. Vkey is believed when there is no trust file yet; "" believes nobody. More gives further
// findings of the same run, such as those of a bundle's files.
type Subject struct {
	Source ledger.Source
	Level  ledger.Level
	Vkey   string
	Domain ledger.Domain
	More   func(ctx context.Context) ([]ledger.Finding, error)
}

// Run verifies, prints the report and keeps the trust file when nothing was found. The error is that of the verdict.
func (v *Verification) Run(ctx context.Context, s Subject) error {
	Frugal()
	_, handed := s.Source.(ledger.Part)
	path, err := v.trustFile()
	if err != nil {
		if handed && fault.From(err).Code == "no_profile" {
			return v.noTrust("--trust")
		}
		return err
	}
	trust, _, err := ReadTrust(path)
	if err != nil {
		return err
	}
	if handed && trust == nil {
		return v.noTrust(path)
	}
	if handed && v.trust == "" {
		if err := ofOtherLog(ctx, s.Source, *trust, path); err != nil {
			return err
		}
	}
	if trust == nil && s.Vkey == "" {
		if note, err := s.Source.Checkpoint(ctx); err != nil || note != nil {
			return errors.Join(err, v.noTrust(path))
		}
	}
	var bar *term.Progress // made when it is known how much there is
	done := int64(0)
	report, err := ledger.Verify(ctx, s.Source, ledger.Options{
		Log: v.log, Level: s.Level, Trust: trust, Vkey: s.Vkey, Domain: s.Domain, Scrub: scrubEntries,
		Progress: func(n, total int64) {
			if bar == nil {
				bar = v.d.Streams.Progress(v.d.In(i18n.T("doğrulanıyor", "verifying")), total)
			}
			bar.Add(int(n - done))
			done = n
		},
	})
	if bar != nil {
		bar.Finish()
	}
	if err == nil && s.More != nil {
		var more []ledger.Finding
		more, err = s.More(ctx)
		report.Add(slices.DeleteFunc(more, func(f ledger.Finding) bool { // a tile that is not right is named once, by the log
			return f.Code == ledger.TileMismatch && f.Seq < 0 && slices.ContainsFunc(report.Findings, ofTree)
		}))
	}
	if err != nil {
		return err
	}
	if err := v.out.Emit(ctx, func(sink *output.Sink) error { return sink.Object(fields(report, v.d)) }); err != nil {
		return err
	}
	if err := verdict(report); err != nil {
		if unknown := func(f ledger.Finding) bool { return f.Code == ledger.SigUnknownKey }; handed && slices.ContainsFunc(report.Findings, unknown) {
			return fault.From(err).WithHint(i18n.Join("; ", i18n.Tf("güven dosyası (%s) %s anahtarına inanıyor, paketi imzalayan o değil", "the trust file (%s) believes the key %s, which did not sign the bundle", path, KeyName(trust.Vkey)), ownTrust()))
		}
		return err
	}
	return v.keep(path, trust, report)
}

// ofTree tells the findings about entries, tiles and the root.
func ofTree(f ledger.Finding) bool {
	return strings.HasPrefix(string(f.Code), "V1") || strings.HasPrefix(string(f.Code), "V2")
}

// ofOtherLog refuses to judge a bundle of another log by the profile's own trust file, which can only know our log. What
// the bundle says of itself is not believed: it decides nothing but whether it is read at all.
func ofOtherLog(ctx context.Context, src ledger.Source, trust ledger.Trust, path string) error {
	note, err := src.Checkpoint(ctx)
	if err != nil {
		return err
	}
	c, err := ledger.ReadCheckpoint(note)
	ours, _, _ := strings.Cut(trust.Vkey, "+")
	if err != nil || c.Origin == ours {
		return nil // Verify says what is wrong with it
	}
	return fault.New(fault.Unverifiable, "trust_other_log", i18n.Tf("paket başka bir günlüğün (%s); bu profilin güven dosyası ise %s günlüğünün: %s",
		"the bundle is of another log (%s); the trust file of this profile is of %s: %s", c.Origin, ours, path)).WithHint(ownTrust())
}

// ownTrust tells how a bundle of another log is verified.
func ownTrust() i18n.Text {
	return i18n.T("paket başka bir günlüğünse o günlüğün güven dosyasını --trust DOSYA ile verin; dosyayı paketin sahibinden, paketten ayrı bir yoldan alın",
		"if the bundle is of another log give that log's own trust file with --trust FILE; get it from the owner of the bundle by another way than the bundle")
}

// KeyName names the key of a verifier line for people: the name of its log and its id, without the key itself.
func KeyName(vkey string) string {
	name, rest, _ := strings.Cut(vkey, "+")
	id, _, _ := strings.Cut(rest, "+")
	return name + "+" + id
}

// keep makes or advances the trust file. It never goes back, never grows after a finding, and never past entries that
// nobody read: at the level quick, and with a part of the log, what is new stays new.
func (v *Verification) keep(path string, old *ledger.Trust, r ledger.Report) error {
	next := r.Next
	if next.Vkey == "" || old != nil && (*old == next || r.Level == ledger.Quick || !r.ReadAllNew()) {
		return nil
	}
	now, text, err := ReadTrust(path)
	if err == nil && now != nil && now.Size > next.Size { // another verification was faster
		return nil
	}
	if v.trust == "" { // only the profile's own folder is made: another path may be misspelt
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return notKept(path, err)
		}
	}
	if err := output.WriteFile(path, next.Renewed(text), true); err != nil {
		return notKept(path, err)
	}
	if old == nil {
		v.d.Note(i18n.Tf("güven dosyası oluşturuldu: %s; bundan önce silinen kayıtlar artık görülemez, bir kopyasını bu makinenin dışında saklayın",
			"the trust file was made: %s; entries that were removed before this cannot be seen any more, keep a copy of it outside this machine", path))
	}
	return nil
}

// notKept says that the log is in order, and that only the trust file could not be written.
func notKept(path string, err error) error {
	if code := fault.From(err).Code; code == "out_symlink" || code == "out_not_regular" {
		return err // says it better
	}
	return fault.New(fault.Output, "trust_not_kept", i18n.Tf("günlük doğrulandı, ancak güven dosyası yazılamadı: %s: %s", "the log was verified, but the trust file could not be written: %s: %s", path, fault.Cause(err))).
		WithHint(i18n.T("klasörün var olduğunu ve yazılabildiğini denetleyin, sonra yeniden doğrulayın", "check that the folder exists and can be written, then verify again")).Because(err)
}

// trustFile gives the path of the trust file: the flag's, or the profile's.
func (v *Verification) trustFile() (string, error) {
	if v.trust != "" {
		return v.trust, nil
	}
	paths, err := config.PathsFrom(v.d.Env)
	if err != nil {
		return "", err
	}
	p, err := v.d.Profile()
	if err != nil {
		return "", err
	}
	return filepath.Join(paths.StateDir, p.Name, v.log+".trust"), nil
}

// ReadTrust reads a trust file, and gives its text as well; nil when there is none.
func ReadTrust(path string) (trust *ledger.Trust, text []byte, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	unreadable := func(why i18n.Text) error {
		return fault.New(fault.Unverifiable, "trust_unreadable", i18n.Tf("güven dosyası okunamadı: %s: %s", "the trust file cannot be read: %s: %s", path, why)).
			WithHint(i18n.T("yolu denetleyin; güven dosyası üç kısa satırdır", "check the path; a trust file is three short lines")).Because(err)
	}
	switch {
	case err != nil:
		return nil, nil, unreadable(fault.Cause(err))
	case !info.Mode().IsRegular():
		return nil, nil, unreadable(i18n.T("sıradan bir dosya değil", "it is not a regular file"))
	case info.Size() > maxTrustFile:
		return nil, nil, unreadable(i18n.T("çok büyük", "it is too large"))
	case info.Mode().Perm()&0o002 != 0:
		return nil, nil, unreadable(i18n.T("herkes değiştirebilir (chmod o-w)", "anybody can change it (chmod o-w)"))
	}
	if text, err = os.ReadFile(path); err != nil {
		return nil, nil, unreadable(fault.Cause(err))
	}
	t, err := ledger.ParseTrust(text)
	if err != nil {
		return nil, nil, err
	}
	return &t, text, nil
}

func (v *Verification) noTrust(path string) error {
	return fault.New(fault.Unverifiable, "trust_missing", i18n.Tf("güven dosyası yok: %s", "there is no trust file: %s", path)).
		WithHint(i18n.Tf("günlüğün sahibi `iskurctl %s checkpoint --out DOSYA` ile üretir; dosyayı bu klasörden ayrı bir yoldan alıp --trust ile verin",
			"the owner of the log makes it with `iskurctl %s checkpoint --out FILE`; get it by another way than this folder and give it with --trust", v.log))
}

// fields is the report as one object.
func fields(r ledger.Report, d *Deps) []output.Field {
	findings := make([][]output.Field, len(r.Findings))
	for i, f := range r.Findings {
		var seq any
		if f.Seq >= 0 {
			seq = f.Seq
		}
		findings[i] = []output.Field{
			{Key: "code", Title: i18n.T("BULGU", "FINDING"), Kind: output.Code, Value: string(f.Code)},
			{Key: "level", Title: i18n.T("AĞIRLIK", "WEIGHT"), Kind: output.Code, Value: weight(f.Code)},
			{Key: "seq", Title: i18n.T("SIRA", "SEQ"), Kind: output.Number, Value: seq},
			{Key: "detail", Title: i18n.T("AÇIKLAMA", "DETAIL"), Kind: output.Text, Value: d.In(f.Detail)},
		}
	}
	number := func(key, tr, en string, n int64) output.Field {
		return output.Field{Key: key, Title: i18n.T(tr, en), Kind: output.Number, Value: n}
	}
	return []output.Field{
		{Key: "log", Title: i18n.T("günlük", "log"), Kind: output.Code, Value: r.Log},
		{Key: "level", Title: i18n.T("düzey", "level"), Kind: output.Code, Value: string(r.Level)},
		{Key: "verdict", Title: i18n.T("karar", "verdict"), Kind: output.Code, Value: r.Verdict},
		{Key: "size", Title: i18n.T("kayıt sayısı", "size"), Kind: output.Number, Value: r.Size},
		{Key: "root", Title: i18n.T("kök", "root"), Kind: output.Code, Value: r.Root.String()},
		{Key: "range", Title: i18n.T("aralık (kaynağın bildirdiği)", "range (as the source says)"), Kind: output.JSON, Value: []output.Field{
			number("from", "ilk sıra", "from", r.Range.From), number("to", "son sıra (hariç)", "to (not included)", r.Range.To),
		}},
		{Key: "coverage", Title: i18n.T("kapsam", "coverage"), Kind: output.JSON, Value: []output.Field{
			number("new", "yeni kayıt", "new entries", r.Coverage.New), number("new_read", "yenilerden okunan", "of the new, read", r.Coverage.NewRead),
			number("old", "eski kayıt", "old entries", r.Coverage.Old), number("old_read", "eskilerden okunan", "of the old, read", r.Coverage.OldRead),
			number("disclosures", "kişisel alanı açılan", "personal values opened", r.Coverage.Disclosures),
		}},
		{Key: "findings", Title: i18n.T("bulgular", "findings"), Kind: output.JSON, Value: findings},
	}
}

// weight names how much a finding weighs.
func weight(c ledger.Code) string {
	switch c.Class() {
	case fault.Integrity:
		return "integrity"
	case fault.Unverifiable:
		return "unverifiable"
	case fault.Negative:
		return "policy"
	}
	return "note"
}
