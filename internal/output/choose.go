package output

import (
	"slices"
	"strings"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// chooseFormat settles the format: what --output says, json for --jq, csv for --excel, else table for a person at a
// terminal and tsv for a program or a file.
func chooseFormat(o Options, t Target) (string, error) {
	if o.Format != "" && !slices.Contains(o.formats(), o.Format) {
		f := fault.New(fault.Usage, "format_unknown", i18n.Tf("bilinmeyen çıktı biçimi: %s", "unknown output format: %s", shortEcho(o.Format)))
		return "", f.WithHint(rightNames(o.Format, o.formats()))
	}
	implied, code, flag := "", "", ""
	switch {
	case o.JQ != "":
		implied, code, flag = formatJSON, "jq_format", "--jq"
	case o.Excel:
		implied, code, flag = formatCSV, "excel_format", "--excel"
	}
	switch {
	case implied != "" && (o.Format != "" && o.Format != implied || o.JQ != "" && o.Excel):
		f := fault.New(fault.Usage, code, i18n.Tf("%s yalnızca %s biçimiyle kullanılır", "%s works with the format %s only", flag, implied))
		return "", f.WithHint(i18n.Tf("başka biçim isteyen seçeneği kaldırın ya da -o %s yazın", "leave out the flag that asks for another format, or write -o %s", implied))
	case implied != "":
		return implied, nil
	case o.Format != "":
		return o.Format, nil
	case t.TTY && o.OutFile == "":
		return formatTable, nil
	}
	return formatTSV, nil
}

// choose gives the places of the wanted columns: all of them (without the wide ones in a table) when none is named.
// Without columns nothing is checked.
func choose(fields []string, cols []Column, format string) ([]int, error) {
	var pick []int
	if len(fields) == 0 || len(cols) == 0 {
		for i, c := range cols {
			if format != formatTable || !c.Wide {
				pick = append(pick, i)
			}
		}
		return pick, nil
	}
	keys := make([]string, len(cols))
	for i, c := range cols {
		keys[i] = c.Key
	}
	for _, f := range fields {
		f = strings.TrimSpace(f)
		i := slices.Index(keys, f)
		if i < 0 {
			return nil, fault.New(fault.Usage, "field_unknown", i18n.Tf("--fields: böyle bir alan yok: %s", "--fields: there is no such field: %s", shortEcho(f))).
				WithHint(rightNames(f, keys))
		}
		if slices.Contains(pick, i) {
			return nil, fault.New(fault.Usage, "field_twice", i18n.Tf("--fields: %s iki kez yazılmış", "--fields: %s is named twice", shortEcho(f))).
				WithHint(i18n.T("her alanı bir kez yazın", "name each field once"))
		}
		pick = append(pick, i)
	}
	return pick, nil
}

// rightNames is the hint of a wrong name: the nearest right one, when one is near, and all of them.
func rightNames(wrong string, names []string) i18n.Text {
	list := strings.Join(names, ", ")
	if near := fault.Nearest(asciiLower(wrong), names); near != "" && len(wrong) <= 64 {
		return i18n.Tf("%s mi demek istediniz? Geçerli adlar: %s", "did you mean %s? Valid names: %s", near, list)
	}
	return i18n.Tf("geçerli adlar: %s", "valid names: %s", list)
}

// asciiLower lowers A–Z only: keys are ASCII, and no language's rules may touch them.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
