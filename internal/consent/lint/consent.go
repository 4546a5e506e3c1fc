package lint

import (
	"strings"

	"iskurctl/internal/i18n"
)

// withdrawal wants the right and the way; the way may stand in the same section or in the next sentence.
func withdrawal(in *input) []hit {
	right := says{tr: "geri al|geri cek|vazgec|iptal et", en: "withdraw|revok"}.in(in.language)
	way := says{
		tr: "portal|hesab|e posta|eposta|kep=|adresi|dilekce|yazili|sube|hizmet noktasi|hizmet merkezi|alo|e devlet|form|baglanti|telefon|mobil|uygulama|dugme|sayfa|ekran|sms=|mesaj|cagri",
		en: "portal|account|e mail|email|kep=|address|petition|writing|branch|office|alo|e devlet|form|link|phone|mobile|app=|button|page|screen|sms|message|call",
	}.in(in.language)
	if right == nil {
		return nil
	}
	line := 0
	list := in.own.sentences
	for i := range list {
		s := &list[i]
		if _, ok := right.match(s.head, s.words); !ok {
			continue
		}
		if _, ok := way.match(nil, s.words); ok && !s.heading {
			return nil
		}
		if i+1 < len(list) && !list[i+1].heading {
			if _, ok := way.match(nil, list[i+1].words); ok {
				return nil
			}
		}
		if line == 0 {
			line = s.line()
		}
	}
	if line == 0 {
		return one(0, i18n.T("rızanın geri alınabileceği ve bunun yolu yazmıyor", "that the consent can be withdrawn, and how, is missing"))
	}
	return one(line, i18n.T("rızanın geri alınabileceği yazıyor, hangi yoldan alınacağı yazmıyor", "that the consent can be withdrawn is there, but not by which way"))
}

// From so many on, purposes or groups of data under one declaration are a bundle.
const bundle = 4

func bundled(in *input) []hit {
	all := says{
		tr: "tum kisisel veri|butun kisisel veri|her turlu kisisel veri|her turlu veri & riza|onay|kabul|isle",
		en: "all my personal data|all personal data|any personal data|all of my personal data & consent|accept|agree|process",
	}.in(in.language)
	if all == nil {
		return nil
	}
	if lines := in.own.find(all, 1); len(lines) > 0 {
		return one(lines[0], i18n.T("rıza bütün kişisel verileri kapsıyor", "the consent covers all personal data"))
	}
	if choices(in) {
		return nil
	}
	purposes, line := countPurposes(in.own, in.language)
	names, sensitive := groupsOf(in.own, in.language)
	if purposes < bundle && len(names) < bundle && !(sensitive && len(names) > 2 && purposes > 1) {
		return nil
	}
	detail := i18n.Tf("tek beyanda %d amaç ve %d veri grubu (%s)", "one declaration for %d purposes and %d groups of data (%s)", purposes, len(names), i18n.Join(", ", names...))
	if sensitive {
		detail = i18n.Join("", detail, i18n.T(", özel nitelikli veriler de içinde", ", special categories among them"))
	}
	return one(line, i18n.Join("", detail, i18n.T("; her biri için ayrı seçim yok", "; no separate choice for each")))
}

// choices reports whether the person can say yes to one thing and no to another.
func choices(in *input) bool {
	if in.own.boxes > 1 {
		return true
	}
	p := says{
		tr: "ayri ayri|her biri icin|her birine|tek tek|yalnizca sectig|istediklerinizi & isaretle|sec=|secebilir|sectig|seciniz|riza verebilir|onay verebilir",
		en: "each of|separately|one by one|individually|only those & tick|choose|select|may consent|mark",
	}.in(in.language)
	return len(in.own.find(p, 1)) > 0
}

// countPurposes counts what is listed as purposes: in a sentence on purposes the nouns of doing (-ması, -mesi, in English
// -ing) that end an element, and below it the items of a list.
func countPurposes(t *text, language string) (n, line int) {
	about := says{tr: "amac", en: "purpose"}.in(language)
	listing := false
	for i := range t.sentences {
		s := &t.sentences[i]
		here := 0
		switch _, ok := about.match(nil, s.words); {
		case s.item && listing:
			here = 1
		case s.heading && s.below && listing: // 3.1 under the purposes of 3
		case ok:
			for k, w := range s.words {
				if doing(w.s, language) && closes(s.words, k, language) {
					here++
				}
			}
			listing = !s.item && (s.heading || s.words[len(s.words)-1].end == ':')
		default:
			listing = false
		}
		if n += here; here > 0 && line == 0 {
			line = s.line()
		}
	}
	return n, line
}

func doing(w, language string) bool {
	if language == "en" {
		return len(w) > 5 && strings.HasSuffix(w, "ing") && w != "processing" && w != "following"
	}
	return len(w) > 6 && (strings.HasSuffix(w, "masi") || strings.HasSuffix(w, "mesi"))
}

// closes reports whether word k ends an element of a list: a comma follows, the purpose, or an "and" before the last element.
func closes(words []word, k int, language string) bool {
	if strings.HasPrefix(words[k].s, "islenme") {
		return false
	}
	if language == "en" {
		return true // an -ing begins its element
	}
	if words[k].end == ',' || words[k].end == ';' || k+1 == len(words) {
		return true
	}
	next := words[k+1].s
	if next != "ve" && next != "ile" && next != "veya" {
		return strings.HasPrefix(next, "amac")
	}
	for j := k + 2; j < len(words); j++ {
		if doing(words[j].s, language) {
			return j+1 < len(words) && strings.HasPrefix(words[j+1].s, "amac")
		}
	}
	return false
}

// merged finds notice and consent together.
func merged(in *input) []hit {
	if in.twin {
		return one(0, i18n.T("aynı baytlar başka türden bir metin olarak da yürürlükte", "the same bytes are in force as a text of another kind too"))
	}
	switch in.kind {
	case "consent":
		return mergedConsent(in)
	case "notice":
		return found(in, says{
			tr: "riza|onay|kabul|muvafakat & riza veriyorum|rizam|onay veriyorum|onayliyorum|kabul ediyorum|kabul ederim|kabul beyan|beyan ve kabul|muvafakat ediyorum|taahhut ederim",
			en: "i consent|i agree|i accept|i hereby|i give",
		}, i18n.T("aydınlatma metninde rıza ya da kabul beyanı var:", "the notice holds a declaration of consent or acceptance:"))
	}
	return found(in, says{
		tr: "kisisel veri & riza|onay|muvafakat|kabul & verdig|veriyor|verir|verm|eder|ediyor|etmis",
		en: "personal data & consent & agree|give|gives|accept",
	}, i18n.T("sözleşmede kişisel verilere ilişkin rıza ya da kabul var:", "the agreement holds a consent on personal data:"))
}

func mergedConsent(in *input) []hit {
	hits := found(in, says{
		tr: "aydinlat|bilgilendir|bilgime|bilgisine & yapildig|yapilmis|okudum|okudug|anladim|anladig|bilgilendirildi|aydinlatildi|sunulmus|incele & rizam|riza veriyorum|rizami|onay veriyorum|onayliyorum|kabul ed|beyan ed|taahhut ed|kabul beyan",
		en: "notice|informed|information & read|understood|been informed|have been|received & i consent|my consent|i agree|i accept|explicit consent",
	}, i18n.T("aydınlatmanın yapıldığı ile rıza aynı cümlede beyan ediliyor:", "one sentence declares both that notice was given and that consent is given:"))
	if all := len(rights); all-len(lacking(in.own, in.language)) >= 3 && (in.language == "tr" || in.language == "en") {
		hits = append(hits, hit{i18n.T("rıza metni aydınlatmayı da içeriyor (m.11'deki haklar sayılıyor)", "the consent holds the notice as well (it lists rights of Article 11)"), 0})
	}
	for i := range in.own.sentences {
		s := &in.own.sentences[i]
		if p := (says{tr: "aydinlatma metni", en: "information notice|privacy notice"}).in(in.language); s.heading && p != nil {
			if _, ok := p.match(nil, s.words); ok {
				hits = append(hits, hit{i18n.T("rıza metninde aydınlatma metni başlığı var", "the consent has a heading of a notice"), s.line()})
				break
			}
		}
	}
	return hits
}
