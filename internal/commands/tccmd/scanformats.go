package tccmd

import (
	"encoding/json"
	"net/url"
	"path"
	"strconv"
	"strings"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

// The formats that only findings have: SARIF 2.1.0 (OASIS), which code hosts read, and the workflow commands of GitHub
// Actions, which become notes beside the line. Both get values that are masked already.

var scanFormats = []string{"sarif", "github"}

func newScanFormats(d *cmdkit.Deps) map[string]output.Custom {
	return map[string]output.Custom{"sarif": &sarif{d: d}, "github": &github{d: d}}
}

// shown are the values of a record of a finding, in the order of scanColumns.
type shown struct {
	path                        string
	line, column, endColumn     int64
	match, confidence           string
	keyword, fingerprint, level string
}

// shownIn takes the values apart; level names are those of a format for low, medium and high.
func shownIn(v []any, low, medium, high string) shown {
	text := func(i int) string { s, _ := v[i].(string); return s }
	number := func(i int) int64 { n, _ := v[i].(int64); return n }
	s := shown{path: text(0), line: number(1), column: number(2), match: text(3), confidence: text(4), keyword: text(5), fingerprint: text(6), endColumn: number(8)}
	s.level = map[string]string{"low": low, "medium": medium, "high": high}[s.confidence]
	return s
}

// message is what a person reads beside the line.
func (s shown) message(d *cmdkit.Deps) string {
	if s.keyword != "" {
		return d.In(i18n.Tf("TC kimlik numarası: %s (yakınındaki söz: %s)", "TC identity number: %s (keyword near it: %s)", s.match, s.keyword))
	}
	return d.In(i18n.Tf("TC kimlik numarası olabilir: %s", "possible TC identity number: %s", s.match))
}

type sarif struct {
	d     *cmdkit.Deps
	begun bool
}

const sarifRule = "tc-number"

func (s *sarif) Record(dst []byte, values []any) ([]byte, error) {
	dst, err := s.open(dst)
	if err != nil {
		return dst, err
	}
	f := shownIn(values, "note", "warning", "error")
	type m = map[string]any
	properties := m{"confidence": f.confidence}
	if f.keyword != "" {
		properties["keyword"] = f.keyword
	}
	b, err := json.Marshal(m{
		"ruleId": sarifRule, "ruleIndex": 0, "level": f.level, "message": m{"text": f.message(s.d)},
		"locations": []m{{"physicalLocation": m{
			"artifactLocation": m{"uri": fileURI(f.path)},
			"region":           m{"startLine": f.line, "startColumn": f.column, "endLine": f.line, "endColumn": f.endColumn},
		}}},
		"partialFingerprints": m{"iskurctl/v1": f.fingerprint}, "properties": properties,
	})
	return append(dst, b...), err
}

// open appends what stands before the next result.
func (s *sarif) open(dst []byte) ([]byte, error) {
	if s.begun {
		return append(dst, ",\n"...), nil
	}
	s.begun = true
	type m = map[string]any
	driver, err := json.Marshal(m{"name": "iskurctl", "version": s.d.Build().Version, "rules": []m{{
		"id": sarifRule, "name": "TCNumber",
		"shortDescription": m{"text": s.d.In(i18n.T("Dosyada kalmış TC kimlik numarası", "A TC identity number left in a file"))},
		"fullDescription":  m{"text": s.d.In(i18n.T("TC kimlik numarası kişisel veridir; kaynak kodunda, kayıtlarda ve deneme verilerinde durmamalıdır.", "A TC identity number is personal data and does not belong into source, logs or fixtures."))},
		"help":             m{"text": s.d.In(i18n.T("Numarayı silin ya da sentetik bir numarayla değiştirin; bilerek duruyorsa parmak izini izin dosyasına yazın.", "Remove the number or put a synthetic one in its place; where it is meant to stand, put its fingerprint into the allow file."))},
	}}})
	if err != nil {
		return dst, err
	}
	dst = append(dst, `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"columnKind":"unicodeCodePoints","tool":{"driver":`...)
	dst = append(dst, driver...)
	return append(dst, "},\"results\":[\n"...), nil
}

func (s *sarif) End(dst []byte, aborted bool) ([]byte, error) {
	if !s.begun {
		if aborted {
			return dst, nil
		}
		var err error
		if dst, err = s.open(dst); err != nil {
			return dst, err
		}
	}
	return append(dst, "\n]}]}\n"...), nil
}

// fileURI gives a path as a reference that stays relative where the path is.
func fileURI(p string) string {
	u := url.URL{Path: p}
	if path.IsAbs(p) {
		u.Scheme = "file"
	}
	return u.String() // which puts ./ before a first name with a colon
}

type github struct{ d *cmdkit.Deps }

func (g *github) Record(dst []byte, values []any) ([]byte, error) {
	f := shownIn(values, "notice", "warning", "error")
	dst = append(append(dst, "::"...), f.level...)
	dst = append(append(dst, " file="...), githubProperty.Replace(output.CleanLine(f.path))...)
	dst = strconv.AppendInt(append(dst, ",line="...), f.line, 10)
	dst = strconv.AppendInt(append(dst, ",col="...), f.column, 10)
	dst = strconv.AppendInt(append(dst, ",endColumn="...), f.endColumn, 10)
	dst = append(append(dst, "::"...), githubMessage.Replace(f.message(g.d))...)
	return append(dst, '\n'), nil
}

func (g *github) End(dst []byte, _ bool) ([]byte, error) { return dst, nil }

// A path must not be able to begin a command of its own.
var (
	githubMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
