package tccmd

import (
	"context"
	"io"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
	"iskurctl/internal/scan"
	"iskurctl/internal/tabular"
	"iskurctl/internal/tckn/find"
)

type scanOptions struct {
	d                 *cmdkit.Deps
	cmd               *cobra.Command
	out               *cmdkit.Output
	min, allow, since string
	exclude           []string
	staged            bool
	grouped, noIgnore bool
	found, unreadable int64
}

var scanColumns = []output.Column{
	{Key: "path", Title: i18n.T("DOSYA", "FILE"), Kind: output.Text},
	{Key: "line", Title: i18n.T("SATIR", "LINE"), Kind: output.Number},
	{Key: "column", Title: i18n.T("SÜTUN", "COLUMN"), Kind: output.Number},
	{Key: "match", Title: i18n.T("NUMARA", "NUMBER"), Kind: output.TC},
	{Key: "confidence", Title: i18n.T("KESİNLİK", "CONFIDENCE"), Kind: output.Code, Tone: func(v string) output.Tone {
		switch v {
		case "high":
			return output.ToneBad
		case "medium":
			return output.ToneWarn
		}
		return output.ToneNone
	}},
	{Key: "keyword", Title: i18n.T("ANAHTAR SÖZ", "KEYWORD"), Kind: output.Code},
	{Key: "fingerprint", Title: i18n.T("PARMAK İZİ", "FINGERPRINT"), Kind: output.Code, Wide: true},
	{Key: "commit", Title: i18n.T("COMMIT", "COMMIT"), Kind: output.Code, Wide: true},
	{Key: "end_column", Title: i18n.T("SON SÜTUN", "END COLUMN"), Kind: output.Number, Wide: true},
}

func newScan(d *cmdkit.Deps) *cobra.Command {
	o := &scanOptions{d: d}
	cmd := d.Command(cmdkit.Spec{
		Use:   "scan [" + d.In(i18n.T("YOL", "PATH")) + "…]",
		Short: i18n.T("dosyalarda kalmış TC kimlik numaralarını bulur", "finds TC identity numbers left in files"),
		Long: i18n.T(`Dosyalarda ve klasörlerde kalmış TC kimlik numaralarını bulur: kaynak kodunda, kayıtlarda, deneme verilerinde. Bulgu varsa çıkış kodu 3 olur; numaralar maskeli yazılır.

Kesinlik: high: denetimden geçiyor ve yakınında (300 karakter içinde ya da sütun başlığında) TCKN, kimlik no, national id gibi bir söz var; medium: denetimden geçiyor; low: denetimden geçmiyor ya da bir özetin, UUID'nin, IBAN'ın veya ondalık sayının içinde.

Git çalışma klasöründe git'in yok saydığı dosyalar taranmaz (--no-ignore ile taranır); git dışında her dosya taranır. .git, ikili dosyalar ve sembolik bağlar atlanır. --staged yalnızca commit'e hazırlanan, --since yalnızca verilen sürümden sonra eklenen satırlara bakar; YOL ile daraltılabilir. Bilerek duran bir numaranın parmak izi (fingerprint) --allow dosyasına yazılır, her satıra bir tane; # açıklamadır.

Okunamayan dosyalar söylenir, ötekiler yine taranır ve çıkış kodu 11 olur.`,
			`Finds TC identity numbers left in files and folders: in source, logs, fixtures. With a finding the exit is 3; numbers are masked.

Confidence: high: it passes the check and a keyword such as TCKN, kimlik no or national id is near it (within 300 characters, or in the name of the column); medium: it passes the check; low: it fails the check, or is a part of a hash, UUID, IBAN or decimal.

In a work tree of git the files that git ignores are left out (--no-ignore scans them); elsewhere every file is scanned. .git, binary files and symbolic links are skipped. --staged looks only at the lines staged for a commit, --since at those added after a revision; PATH narrows them. The fingerprint of a number that is meant to stand goes into the file of --allow, one a line; # begins a comment.

Files that cannot be read are named, all others are scanned, and the exit is 11.`),
		Example: i18n.T("iskurctl tc scan .\niskurctl tc scan --staged --allow .tc-izin\niskurctl tc scan --since origin/main -o github\niskurctl tc scan kaynak veriler --exclude '*.csv' --min-confidence high -o sarif --out tc.sarif",
			"iskurctl tc scan .\niskurctl tc scan --staged --allow .tc-allow\niskurctl tc scan --since origin/main -o github\niskurctl tc scan src data --exclude '*.csv' --min-confidence high -o sarif --out tc.sarif"),
		Exits: []fault.Class{fault.OK, fault.Usage, fault.Negative, fault.Input, fault.Output},
		Args:  cobra.ArbitraryArgs,
		Run:   func(ctx context.Context, args []string) error { return runScan(ctx, o, args) },
	})
	o.cmd = cmd
	cmd.ValidArgsFunction = nil // paths are completed by the shell itself
	f := cmd.Flags()
	f.StringVar(&o.min, "min-confidence", find.Medium.String(), d.In(i18n.T("`low|medium|high` en az bu kesinlikteki bulgular", "`low|medium|high` findings of at least this confidence")))
	f.StringArrayVar(&o.exclude, "exclude", nil, d.In(i18n.T("`KALIP` adı ya da YOL altındaki yolu uyan dosya ve klasörleri atla (yinelenebilir)", "`GLOB` leave out files and folders whose name or path below PATH matches (repeats)")))
	f.StringVar(&o.allow, "allow", "", d.In(i18n.T("`DOSYA` izin verilen bulguların parmak izleri", "`FILE` fingerprints of findings that are allowed")))
	f.BoolVar(&o.staged, "staged", false, d.In(i18n.T("yalnızca git'te commit'e hazırlanan satırlar", "only the lines that are staged in git")))
	f.StringVar(&o.since, "since", "", d.In(i18n.T("`SÜRÜM` yalnızca bu git sürümünden sonraki commit'lerin eklediği satırlar", "`REV` only the lines that commits after this git revision added")))
	f.BoolVar(&o.grouped, "spaced", false, d.In(i18n.T("boşluk, nokta ya da tire ile ayrılmış numaraları da bul (100 000 001 46)", "also find numbers parted by blanks, dots or hyphens (100 000 001 46)")))
	f.BoolVar(&o.noIgnore, "no-ignore", false, d.In(i18n.T("git'in yok saydığı dosyaları da tara", "also scan the files that git ignores")))
	cmdkit.Complete(cmd, "min-confidence", find.Confidences())
	_ = cmd.MarkFlagFilename("allow") // a file is completed by the shell itself
	o.out = d.OutputFlags(cmd, scanColumns)
	o.out.Also(scanFormats, newScanFormats(d))
	return cmd
}

// check refuses what does not go together.
func (o *scanOptions) check(args []string) error {
	since := o.cmd.Flags().Changed("since")
	switch {
	case o.staged && since:
		return fault.New(fault.Usage, "flags_conflict", i18n.T("--staged ile --since birlikte kullanılmaz", "--staged and --since do not go together"))
	case (o.staged || since) && o.noIgnore:
		return fault.New(fault.Usage, "flags_conflict", i18n.T("--no-ignore yalnızca dosyalar taranırken kullanılır", "--no-ignore goes with scanning files only"))
	case since && o.since == "":
		return cmdkit.FlagMissing("since", i18n.T("SÜRÜM", "REV"))
	case len(args) == 0 && !o.staged && !since:
		return fault.New(fault.Usage, "path_missing", i18n.T("taranacak bir dosya ya da klasör verilmedi", "no file or folder to scan was given")).
			WithHint(i18n.T("bulunulan klasör için: iskurctl tc scan .; standart girdi için: -", "for the current folder: iskurctl tc scan .; for standard input: -"))
	case o.min == "":
		return cmdkit.FlagMissing("min-confidence", i18n.T("low|medium|high", "low|medium|high"))
	}
	return cmdkit.OneOf("min-confidence", o.min, find.Confidences())
}

func runScan(ctx context.Context, o *scanOptions, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	settings := scan.Options{
		Min: find.Confidence(slices.Index(find.Confidences(), o.min)), Grouped: o.grouped, All: o.noIgnore, Workers: runtime.GOMAXPROCS(0), Env: o.d.Env,
		Open: func(ctx context.Context, path string) (io.ReadCloser, error) { return o.d.OpenInput(ctx, path) },
	}
	var err error
	if settings.Exclude, err = scan.NewExclude(o.exclude); err != nil {
		return err
	}
	if settings.Allow, err = o.readAllow(); err != nil {
		return err
	}
	err = o.out.Emit(ctx, func(s *output.Sink) error {
		report := scan.Report{
			Finding: func(f scan.Finding) error {
				o.found++
				var commit any
				if f.Commit != "" {
					commit = f.Commit
				}
				return s.Write(output.Record{f.Path, f.Line, f.Column, f.Number, f.Confidence.String(), f.Keyword, f.Fingerprint, commit, f.Column + int64(f.Width)})
			},
			Unreadable: func(path string, cause i18n.Text) {
				o.unreadable++
				o.d.Warn(i18n.Tf("%s okunamadı: %s", "%s cannot be read: %s", path, cause))
			},
			Binary: func(path string) {
				o.d.Note(i18n.Tf("%s metin dosyası değil, taranmadı", "%s is no text file and was not scanned", path))
			},
			Warn: o.d.Warn,
		}
		if o.staged || o.since != "" {
			return scan.Changes(ctx, settings, scan.Diff{Staged: o.staged, Since: o.since, Paths: args}, report)
		}
		return scan.Files(ctx, settings, args, report)
	})
	if err != nil {
		return err
	}
	return o.verdict()
}

func (o *scanOptions) readAllow() (*scan.Allow, error) {
	if o.allow == "" {
		return nil, nil
	}
	in, err := tabular.Open(o.allow, o.d.Streams.In)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return scan.ReadAllow(in)
}

// verdict is given when the result is complete: what could not be read makes it less than an answer.
func (o *scanOptions) verdict() error {
	if o.unreadable > 0 {
		text := i18n.Count(o.unreadable, "%d dosya ya da klasör okunamadı, ötekiler tarandı", "%d file or folder could not be read, all others were scanned", "%d files or folders could not be read, all others were scanned")
		return fault.New(fault.Input, "scan_incomplete", i18n.Join("; ", text, i18n.Tf("bulgu: %d", "findings: %d", o.found))).
			WithHint(i18n.T("okuma izni verin ya da --exclude ile dışarıda bırakın", "give the right to read them, or leave them out with --exclude"))
	}
	if o.found == 0 {
		return nil
	}
	return fault.New(fault.Negative, "tc_found", i18n.Count(o.found, "dosyalarda %d TC kimlik numarası bulundu", "%d TC identity number was found in the files", "%d TC identity numbers were found in the files")).
		WithHint(i18n.T("numarayı silin ya da sentetik bir numara koyun; bilerek duruyorsa parmak izini --allow dosyasına yazın", "remove the number or put a synthetic one there; where it is meant to stand, put its fingerprint into the file of --allow"))
}
