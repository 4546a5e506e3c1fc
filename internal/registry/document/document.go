// Package document writes the papers of Ek-2: the "Yetki ve İrtibat Bilgi Formu" that each party gives the other, and the
// letter that tells the other party what changed (article 8(8)). A paper is put together once, in Turkish or in English, as
// blocks; three writers make HTML, PDF or DOCX of them. The same data give the same bytes. It opens no files and knows no
// clock: commands/registrycmd calls it.
package document

import (
	"io"
	"path/filepath"
	"strings"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/registry"
)

// Format is the format of a file.
type Format string

// The formats.
const (
	HTML Format = "html"
	PDF  Format = "pdf"
	DOCX Format = "docx"
)

// FormatOf tells the format from the ending of a file's name, in any case. Another ending is a usage fault.
func FormatOf(path string) (Format, error) {
	ext := strings.TrimPrefix(filepath.Ext(path), ".")
	switch f := Format(strings.ToLower(ext)); f { //nolint:forbidigo // an ending is ASCII
	case HTML, PDF, DOCX:
		return f, nil
	case "htm":
		return HTML, nil
	}
	return "", fault.New(fault.Usage, "document_format", i18n.T("dosya adı .html, .pdf ya da .docx ile bitmeli", "the file's name must end in .html, .pdf or .docx")).
		WithHint(i18n.T("örnek: --out ek-2.pdf", "for example: --out ek-2.pdf"))
}

// FormData is what the form says.
type FormData struct {
	Lang   i18n.Lang
	Party  registry.Party
	AsOf   registry.Date     // the day the people below are active on
	People []registry.Person // as List gives them; those of the other party are left out
	Mark   i18n.Text         // stands on every page where it must not be taken for a real one, as in the sandbox
}

// NoticeData is what the letter says.
type NoticeData struct {
	Lang    i18n.Lang
	Party   registry.Party    // that writes
	AsOf    registry.Date     // the day of the form that goes with it
	No      string            // of the letter; "" leaves a blank to be filled in, as Date does
	Date    registry.Date     // of the letter
	Since   registry.Date     // since when the changes were made; "" does not say
	Changes []registry.Change // that the other party has not been told, oldest first
	People  []registry.Person // the party's people on that day, for the form
	Mark    i18n.Text
}

// Form writes the "Yetki ve İrtibat Bilgi Formu" of a party in format f. It fails when w does, and with fault glyph_missing
// where the fonts of the PDF lack a letter of a name.
func Form(w io.Writer, f Format, d FormData) error { return write(w, f, form(d)) }

// Notice writes the letter to the other party, and the form of the day behind it; it fails as Form does. Whether the letter
// has anything to tell is for Tells to say.
func Notice(w io.Writer, f Format, d NoticeData) error { return write(w, f, notice(d)) }

func write(w io.Writer, f Format, p paper) error {
	switch f {
	case PDF:
		return writePDF(w, p)
	case DOCX:
		return writeDOCX(w, p)
	}
	return writeHTML(w, p)
}

// noon is a moment of a day that is the same day in every zone near ours, for the properties of a file. A zip file knows no
// year before 1980.
func noon(d registry.Date) time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil || t.Year() < 1980 {
		return time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)
	}
	return t.Add(12 * time.Hour)
}
