package sheet

import (
	"strings"
	"testing"
)

// What a spreadsheet leaves in place of a text is named by line and column, in CSV as in a workbook, and is never registered.
func TestDamageOfASpreadsheetIsNamedNotTaken(t *testing.T) {
	const before = "party,role,unit,given_name,surname,title,notice_no,login\n"
	for cell, code := range map[string]string{
		"#YOK": "cell_error", "#N/A": "cell_error", "#AD?": "cell_error", "#DEĞER!": "cell_error", "#DIV/0!": "cell_error",
		"########": "cell_damaged", "##": "cell_damaged", "1.23E+15": "cell_damaged", "2e+11": "cell_damaged", "M\uFFFDd\uFFFDr": "cell_damaged",
		"E-2026/1": "", "#3 numaralı büro": "", "#": "", "1E": "", "E+5": "", "2026/15": "", "15.01.2026": "",
	} {
		for _, column := range []string{"unit", "title", "notice_no"} {
			fields := map[string]string{"party": "MYK", "role": "authorised_person", "given_name": "Ali", "surname": "Öz", column: cell}
			var line []string
			for c := range strings.SplitSeq(strings.TrimSpace(before), ",") {
				line = append(line, fields[c])
			}
			got, err := told(t, strings.NewReader(before+strings.Join(line, ",")+"\n"), "")
			if err != nil {
				t.Fatal(err)
			}
			if want := "!" + column + ":" + code; (code != "") != strings.Contains(got, "!") || code != "" && !strings.Contains(got, want) {
				t.Errorf("%s %q: %s, want %q", column, cell, got, code)
			}
			if code != "" && strings.Contains(got, column+"=") {
				t.Errorf("%s %q is taken: %s", column, cell, got)
			}
		}
	}
}
