package output

import "strings"

// groupPhone writes a number in E.164 (+903125550000) with blanks between its groups, as people dial it: +90 312 555 00 00.
// ok is false for what is no such number, a masked one too.
func groupPhone(s string) (grouped string, ok bool) {
	digits, plus := strings.CutPrefix(s, "+")
	if !plus || len(digits) < 8 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" || digits[0] == '0' {
		return "", false
	}
	code := countryCode(digits)
	rest := digits[len(code):]
	groups := []string{"+" + code}
	if code == "90" && len(rest) == 10 {
		return strings.Join(append(groups, rest[:3], rest[3:6], rest[6:8], rest[8:]), " "), true
	}
	for len(rest) > 4 {
		groups, rest = append(groups, rest[:3]), rest[3:]
	}
	return strings.Join(append(groups, rest), " "), true
}

// twoDigits are the country codes of two digits (ITU-T E.164, list of assigned codes), as pairs.
const twoDigits = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"

// countryCode gives the code at the beginning of a number: one digit for 1 and 7, two for those listed, else three.
func countryCode(digits string) string {
	switch {
	case digits[0] == '1' || digits[0] == '7':
		return digits[:1]
	case strings.Contains(" "+twoDigits+" ", " "+digits[:2]+" "):
		return digits[:2]
	}
	return digits[:3]
}
