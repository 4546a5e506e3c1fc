package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/fault"
	"iskurctl/internal/myk/sandbox"
)

// topic is the page of a help topic: what `iskurctl help TOPIC` prints, and for the exit codes a table.
func (b *book) topic(c *cobra.Command) (page, error) {
	w := &writer{}
	title := b.capital(c.Short)
	w.line("# %s", title)
	w.made(b)
	file := c.Name() + ".md"
	b.out.Reset()
	if err := c.RunE(c, nil); err != nil {
		return page{}, fmt.Errorf("help %s: %w", c.Name(), err)
	}
	text := b.out.String()
	if c.Name() == "exit-codes" {
		w.table([]string{b.in("kod", "code"), b.in("ad", "name"), b.in("anlamı", "meaning")})
		for _, info := range fault.Classes() {
			w.row(strconv.Itoa(int(info.Class)), "`"+info.Name+"`", cell(info.Text.In(b.lang)))
		}
		w.line("")
		_, text, _ = strings.Cut(text, "\n\n") // below the printed table
	}
	w.prose(text)
	return page{file, title, w.String()}, nil
}

// faults is the page of the sandbox's fault rules.
func (b *book) faults() page {
	w := &writer{}
	title := b.in("Sentetik servisin hata kuralları", "Fault rules of the synthetic service")
	w.line("# %s", title)
	w.made(b)
	w.line("%s\n", b.in("`iskurctl sandbox serve --fault KURAL` bu kurallarla bozuk yanıt verir. Bir kural `ad` ya da `ad:anahtar=değer,…` biçimindedir; seçenek yinelenebilir. "+
		"Bir istekte, sırası gelen kurallardan ilki çalışır. Her kuralın alabildiği anahtarlar:",
		"`iskurctl sandbox serve --fault RULE` answers badly by these rules. A rule is `name` or `name:key=value,…`; the flag may be repeated. "+
			"Of the rules that are due for a request, the first acts. Keys that every rule takes:"))
	w.table([]string{b.in("anahtar", "key"), b.in("anlamı", "meaning")})
	for _, k := range sandbox.RuleKeys() {
		w.row("`"+k.Name+"=`", cell(k.Text.In(b.lang)))
	}
	w.line("")
	w.line("%s\n", b.in("*Zararsız* olan kurallarda doğru bir istemci, kural yokken verdiği sonucu verir; ötekilerde yanıt reddedilmeli ya da çağrı yinelenmelidir.",
		"With a *harmless* rule a correct client gives the same result as without it; with the others the reply must be refused or the call repeated."))
	w.table([]string{b.in("kural", "rule"), b.in("ne olur", "what happens"), b.in("kendi anahtarları", "its own keys"), b.in("zararsız", "harmless")})
	for _, r := range sandbox.RuleNames() {
		keys := make([]string, len(r.Keys))
		for i, k := range r.Keys {
			keys[i] = "`" + cell(k) + "`"
		}
		harmless := ""
		if r.Harmless {
			harmless = b.in("evet", "yes")
		}
		w.row("`"+r.Name+"`", cell(r.Text.In(b.lang)), strings.Join(keys, " "), harmless)
	}
	w.line("\n**%s**\n", b.in("Örnekler", "Examples"))
	w.code("sh", "iskurctl sandbox serve --fault html200:every=5\niskurctl sandbox serve --fault status:code=503,retry_after=2,times=3\niskurctl sandbox serve --fault wrong_person:tc=10000000146")
	return page{"sandbox-faults.md", title, w.String()}
}
