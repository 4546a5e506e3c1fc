package registry

import (
	"strings"
	"testing"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"iskurctl/internal/i18n"
)

// The order is our own, since what is stored must not change with a library's tables; today's agree with it.
func TestNamesAreOrderedAsTheRulesOfTurkishSay(t *testing.T) {
	turkish := collate.New(language.Turkish)
	name := rapid.StringOfN(rapid.SampledFrom([]rune("abcçdefgğhıijklmnoöpqrsştuüvwxyzABCÇDEFGĞHIİJKLMNOÖPQRSŞTUÜVWXYZ  ")), 1, 8, -1)
	rapid.Check(t, func(rt *rapid.T) {
		a, b := tidy(name.Draw(rt, "a")), tidy(name.Draw(rt, "b"))
		want := turkish.CompareString(i18n.Lower(a), i18n.Lower(b))
		if got := strings.Compare(key(Person{Surname: a}), key(Person{Surname: b})); got != want {
			rt.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
	})
}

func TestLettersOfOtherAlphabetsFindTheirPlace(t *testing.T) {
	list := []string{"Adam", "Âdem", "Adil", "Ångström", "Bâki", "Zafer", "Łukasz", "Ωmega", "Жуков"}
	for i := range list[1:] {
		if a, b := key(Person{Surname: list[i]}), key(Person{Surname: list[i+1]}); a >= b {
			t.Errorf("%s does not stand before %s", list[i], list[i+1])
		}
	}
	if key(Person{Surname: "Kaya", GivenName: "Ömer"}) >= key(Person{Surname: "Kaya Öz", GivenName: "Ali"}) {
		t.Error("a longer surname stands before a shorter one")
	}
	if key(Person{Surname: "IŞIK"}) != key(Person{Surname: "Işık"}) || key(Person{Surname: "Isik"}) == key(Person{Surname: "Işık"}) {
		t.Error("the same name is what differs in case only")
	}
}
