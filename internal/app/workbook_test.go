package app

import (
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// workbook FILE CSV writes an Excel workbook of a CSV file, by another program's library. A cell that begins with # is a
// number, with @ a date, with = a formula; dates as people write them (01.01.2026) become dates as well, as Excel does it.
func cmdWorkbook(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 2, "workbook FILE CSV")
	text := ts.ReadFile(args[1])
	r := csv.NewReader(strings.NewReader(text))
	if strings.Contains(strings.SplitN(text, "\n", 2)[0], ";") {
		r.Comma = ';'
	}
	f := excelize.NewFile()
	for {
		record, err := r.Read()
		if err != nil {
			break
		}
		line, _ := r.FieldPos(0)
		for i, v := range record {
			place, err := excelize.CoordinatesToCellName(i+1, line)
			ts.Check(err)
			ts.Check(setCell(f, place, v))
		}
	}
	out, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(f.Write(out))
	ts.Check(out.Close())
}

func setCell(f *excelize.File, place, v string) error {
	const sheet = "Sheet1"
	for _, layout := range []string{"@2006-01-02", "02.01.2006"} {
		if day, err := time.Parse(layout, v); err == nil {
			return f.SetCellValue(sheet, place, day)
		}
	}
	switch {
	case v == "":
		return nil
	case v[0] == '#':
		n, err := strconv.ParseFloat(v[1:], 64)
		if err != nil {
			return err
		}
		return f.SetCellValue(sheet, place, n)
	case v[0] == '=':
		return f.SetCellFormula(sheet, place, v[1:])
	}
	return f.SetCellValue(sheet, place, v)
}
