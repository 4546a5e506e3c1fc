package output

import "testing"

func TestExcelKeepsTelephoneNumbersAsTexts(t *testing.T) {
	cols := []Column{{Key: "work", Kind: WorkPhone}, {Key: "own", Kind: Phone}}
	for in, want := range map[string]string{
		"+903125550000":     "+90 312 555 00 00",
		"+905321234567":     "+90 532 123 45 67",
		"+12025550123":      "+1 202 555 0123",
		"+35312345678":      "+353 123 456 78",
		"+4930123456":       "+49 301 234 56",
		"+905":              "'+905", // no number of a telephone: kept from being computed
		"+90*******67":      "'+90*******67",
		"=1+1":              "'=1+1",
		"05321234567":       "'05321234567",
		"+9031255500001234": "'+9031255500001234",
	} {
		same(t, in, render(t, Options{Excel: true, NoHeaders: true, Reveal: true}, Target{}, cols, Record{in, in}), "\ufeff"+want+";"+want+"\r\n")
	}
	// Without --reveal only the telephone of an office stands in full; every other format has it as it is kept.
	same(t, "masked", render(t, Options{Excel: true, NoHeaders: true}, Target{}, cols, Record{"+903125550000", "+903125550000"}), "\ufeff+90 312 555 00 00;'+90*******00\r\n")
	same(t, "csv", render(t, Options{Format: "csv", NoHeaders: true}, Target{}, cols, Record{"+12025550123", ""}), "+12025550123,\n")
}
