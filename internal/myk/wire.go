package myk

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Wire renames what the protocol leaves to the parties (Madde 8(7)). The maps go from our default name to the name
// on the wire; what they leave out keeps its default. The zero Wire is our default shape.
type Wire struct {
	Envelope   string            // "object" (default) or "array": a bare array of rows, without echo and count
	RetryCodes []string          // values of SONUC_KODU that mean "try again later"
	Operations map[string]string // TCKimlikNoIleBelgeSorgulama …
	Fields     map[string]string // BELGENO …, SONUC_KODU, KAYITLAR …
	Parameters map[string]string // KIMLIK_NO, BASLANGIC_TARIHI, BITIS_TARIHI, SAYFA
}

// field numbers the names of a reply; the first twelve are Ek-1's, in its order.
type field uint8

const (
	fBelgeNo field = iota
	fYeterlilikAdi
	fMeslekKodu
	fYeterlilikKodu
	fYeterlilikSeviyesi
	fSinavTarihi
	fBelgeDuzenlemeTarihi
	fGecerlilikTarihi
	fKurulusAdi
	fBelgeDurumu
	fEuropassTR
	fEuropassEN
	fKimlikNo // in the envelope the echo, in a row its owner
	fSonucKodu
	fSonucAciklama
	fKayitSayisi
	fSonrakiSayfa
	fKayitlar
	fieldCount
)

// fieldSet is a set of fields, one bit each.
type fieldSet uint32

func set(fields ...field) (s fieldSet) {
	for _, f := range fields {
		s |= 1 << f
	}
	return s
}

func (s fieldSet) has(f field) bool { return s&(1<<f) != 0 }

const (
	paramKimlikNo = iota
	paramFrom
	paramTo
	paramCursor
)

var (
	operationNames = []string{ByNumber, ByRange, Parameters}
	parameterNames = []string{"KIMLIK_NO", "BASLANGIC_TARIHI", "BITIS_TARIHI", "SAYFA"}
	fieldNames     = []string{"BELGENO", "YETERLILIK_ADI", "MESLEK_KODU", "YETERLILIK_KODU", "YETERLILIK_SEVIYESI",
		"SINAV_TARIHI", "BELGE_DUZENLEME_TARIHI", "GECERLILIK_TARIHI", "KURULUS_ADI", "BELGE_DURUMU",
		"EUROPASS_SERTIFIKA_TR", "EUROPASS_SERTIFIKA_EN", "KIMLIK_NO", "SONUC_KODU", "SONUC_ACIKLAMA", "KAYIT_SAYISI",
		"SONRAKI_SAYFA", "KAYITLAR"}

	envelopeFields      = set(fKimlikNo, fSonucKodu, fSonucAciklama, fKayitSayisi, fSonrakiSayfa, fKayitlar)
	certificateFields   = fieldSet(1<<fKimlikNo) - 1 // the twelve
	qualificationFields = set(fYeterlilikAdi, fYeterlilikKodu, fYeterlilikSeviyesi, fMeslekKodu)
)

// names is a checked Wire, ready for use.
type names struct {
	array      bool
	retryCodes []string
	operations []string // by the order of operationNames
	params     []string
	fields     []string         // by field
	known      map[string]field // wire name → field
	folded     map[string]bool  // foldKey of every wire name
}

func newNames(w Wire) (*names, error) {
	n := &names{retryCodes: w.RetryCodes, known: map[string]field{}, folded: map[string]bool{}}
	switch w.Envelope {
	case "", "object":
	case "array":
		n.array = true
	default:
		return nil, wireFault("wire.envelope", i18n.T("yalnızca object ya da array olabilir", "can only be object or array"))
	}
	if slices.Contains(w.RetryCodes, "0") {
		return nil, wireFault("wire.retry_codes", i18n.T("\"0\" başarı kodudur, yineleme kodu olamaz",
			"\"0\" means success and cannot be a code to retry"))
	}
	var err error
	if n.operations, err = rename("wire.operations", operationNames, w.Operations, operationName); err != nil {
		return nil, err
	}
	if n.params, err = rename("wire.parameters", parameterNames, w.Parameters, keyName); err != nil {
		return nil, err
	}
	if n.fields, err = rename("wire.fields", fieldNames, w.Fields, keyName); err != nil {
		return nil, err
	}
	for f, name := range n.fields {
		n.known[name] = field(f)
		n.folded[foldKey(name)] = true
	}
	return n, nil
}

// rename applies a map of the configuration to our default names, and refuses what could not be told apart later.
func rename(where string, defaults []string, to map[string]string, ok func(string) bool) ([]string, error) {
	for from := range to {
		if !slices.Contains(defaults, from) {
			return nil, wireFault(where, i18n.Tf("%q bilinen bir ad değil; adlar: %s", "%q is not a known name; the names are: %s",
				from, strings.Join(defaults, ", ")))
		}
	}
	out := make([]string, len(defaults))
	seen := map[string]bool{}
	for i, name := range defaults {
		out[i] = name
		if v, is := to[name]; is {
			out[i] = v
		}
		if !ok(out[i]) {
			return nil, wireFault(where, i18n.Tf("%s için verilen ad kullanılamaz", "the name given for %s cannot be used", name))
		}
		k := foldKey(out[i])
		if seen[k] {
			return nil, wireFault(where, i18n.Tf("%s başka bir adla aynı (büyük/küçük harf farkı sayılmaz)",
				"%s is the same as another name (case does not count)", name))
		}
		seen[k] = true
	}
	return out, nil
}

func wireFault(where string, text i18n.Text) *fault.Error {
	return fault.New(fault.Usage, "config_wire", i18n.Tf("myk.%s: %s", "myk.%s: %s", where, text)).
		WithHint(i18n.T("yapılandırmadaki [profiles.AD.myk.wire] bölümünü düzeltin", "correct [profiles.NAME.myk.wire] in the configuration"))
}

// operationName: the operation becomes a part of the address, so only characters that stand for themselves there.
func operationName(s string) bool {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._~/-", r)) {
			return false
		}
	}
	return s != "" && len(s) <= 128 && s[0] != '/' && !slices.Contains(strings.Split(s, "/"), "..")
}

func keyName(s string) bool {
	return s != "" && len(s) <= 128 && utf8.ValidString(s) && strings.TrimSpace(s) == s &&
		strings.IndexFunc(s, unicode.IsControl) < 0
}

// foldKey maps names that differ only in case to one text, by every rule of case at once: ASCII, Unicode's simple
// folding (K and the Kelvin sign) and the Turkish one (I ı İ i).
func foldKey(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'I', 'i', 'İ', 'ı':
			return 'i'
		case '\u0307': // what is left of İ where a program lower-cased it to two characters
			return -1
		}
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}
