package registry

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"iskurctl/internal/i18n"
)

// The order of Ek-2 is kept beside each row as a number and a text, so that the database gives it without sorting.
// Both are a part of what is stored: what they say never changes, or Verify would take every row for altered. So the key
// is made here and not by a library, whose tables change with its versions.

// rank is the place of a party and a role in every listing.
func rank(p Party, r Role) int64 {
	return int64(slices.Index(Parties(), p)*len(Roles()) + slices.Index(Roles(), r))
}

// ranks lists those of a party and a role, either of which may be "" for all.
func ranks(p Party, r Role) (list []int64) {
	for _, party := range Parties() {
		for _, role := range Roles() {
			if (p == "" || p == party) && (r == "" || r == role) {
				list = append(list, rank(party, role))
			}
		}
	}
	return list
}

// alphabet is the order of Turkish, blanks and signs first; q, w and x stand where they do in other alphabets.
const alphabet = " -'.abcçdefgğhıijklmnoöpqrsştuüvwxyz"

// weights tells the place of a letter in the alphabet, counted from 2: 1 stands below all of them, between two names.
var weights = func() (w [0x180]byte) {
	n := byte(2)
	for _, r := range alphabet {
		w[r] = n
		n++
	}
	return w
}()

// beyond stands before a letter that the alphabet does not have, which comes behind those that it has.
const beyond = 0x7f

// key is the place of a name within its rank: surname, given name, each letter by the Turkish alphabet whatever its case, and
// letters with other accents as those without; where that is equal, the names in lower case as they are.
func key(p Person) string {
	surname, given := i18n.Fold(p.Surname), i18n.Fold(p.GivenName)
	k := make([]byte, 0, 2*(len(surname)+len(given))+3)
	k = append(appendWeights(k, surname), 1)
	k = append(appendWeights(k, given), 1)
	k = append(k, surname...)
	k = append(k, 1)
	return string(append(k, given...))
}

func appendWeights(k []byte, s string) []byte {
	for _, r := range s {
		if int(r) < len(weights) && weights[r] > 0 {
			k = append(k, weights[r])
			continue
		}
		for _, part := range norm.NFD.String(string(r)) {
			switch {
			case int(part) < len(weights) && weights[part] > 0:
				k = append(k, weights[part])
			case part >= 0x300 && part < 0x370: // an accent
			default:
				k = utf8.AppendRune(append(k, beyond), part)
			}
		}
	}
	return k
}

// searchable is the text in which a search looks for its words: the fields that people know somebody by, without case.
func searchable(p Person) string {
	return found(strings.Join([]string{p.GivenName, p.Surname, p.Unit, p.Title, p.Email}, "\n"))
}

// found brings a text to the form in which it is searched. The two letters i are one there: a keyboard with capitals locked,
// or one without ı, must not hide anybody.
func found(s string) string { return strings.ReplaceAll(i18n.Fold(norm.NFC.String(s)), "ı", "i") }
