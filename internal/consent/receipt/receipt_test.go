package receipt

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
)

// entries is a log of fewer than 256 entries.
type entries struct {
	ledger.Source
	leaves [][]byte
}

func (s *entries) Tile(_ context.Context, _ int, _ int64, width int) (tile []byte, err error) {
	for _, leaf := range s.leaves[:width] {
		h := tlog.RecordHash(leaf)
		tile = append(tile, h[:]...)
	}
	return tile, nil
}

func (s *entries) Entries(_ context.Context, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for i := from; i < min(to, int64(len(s.leaves))); i++ {
			if !yield(ledger.Entry{Seq: i, Leaf: s.leaves[i]}, nil) {
				return
			}
		}
	}
}

const anID = "0189c1f2-6a3e-4b7d-9c11-2f0d8a5e7b90"

// options makes a log of five entries and what the receipt of one of them, a consent given, is made from.
func options(t testing.TB, texts ...string) Options {
	t.Helper()
	var sums []string
	bodies := make(map[string][]byte)
	for _, body := range texts {
		sum := sha256.Sum256([]byte(body))
		sums = append(sums, hex.EncodeToString(sum[:]))
		bodies[sums[len(sums)-1]] = []byte(body)
	}
	var joined [][]byte
	var digests []string
	for _, p := range [][2]string{{"given_name", "Ayşe"}, {"surname", "Yılmaz"}, {"tc", "10000000146"}} {
		value, err := ledger.EncodeString(nil, p[1])
		if err != nil {
			t.Fatal(err)
		}
		d, digest, err := ledger.Disclose(rand.Reader, p[0], value)
		if err != nil {
			t.Fatal(err)
		}
		joined, digests = append(joined, []byte(d)), append(digests, digest)
	}
	leaf, err := ledger.NewLeaf().Digests(digests).String("act", "consent").Bool("captcha", true).String("channel", "portal").String("event", "given").
		String("id", anID).Strings("items", []string{"kimlik", "ozel_nitelikli"}).String("k", kindConsent).String("language", "tr").Int("notice", 2).
		String("rcv", "2026-11-22T10:11:13.000Z").String("session", "0189c1f2-6a3e-4b7d-9c11-2f0d8a5e7b91").String("t", "2026-11-22T10:11:14.000Z").
		Object("texts", []ledger.Pair{{Name: "consent", Value: sums[0]}, {Name: "notice", Value: sums[1]}}).String("time", "2026-11-22T10:11:12.000Z").Bytes()
	if err != nil {
		t.Fatal(err)
	}
	log := &entries{}
	for i := range 5 {
		log.leaves = append(log.leaves, []byte{byte(i)})
	}
	log.leaves[3] = leaf
	skey, vkey, err := note.GenerateKey(rand.Reader, "test/consent/1")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	tile, _ := log.Tile(t.Context(), 0, 0, len(log.leaves))
	var edge [ledger.Levels][]byte
	edge[0] = tile
	checkpoint, err := ledger.SignCheckpoint("test/consent/1", 5, ledger.RootOf(5, edge), signer)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Seq: 3, Leaf: leaf, Disclosures: bytes.Join(joined, []byte("~")), Log: log, Checkpoint: checkpoint, Vkey: vkey, Signer: signer,
		Text: func(_ context.Context, sum string) ([]byte, error) {
			body, ok := bodies[sum]
			if !ok {
				return nil, errors.New("no such text")
			}
			return body, nil
		}}
}

const silent = "Açık rıza"

// member follows a path of names and indexes through JSON.
func member(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, at := range path {
		switch at := at.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok || m[at] == nil {
				t.Fatalf("no member %s of %v", at, path)
			}
			v = m[at]
		case int:
			list, ok := v.([]any)
			if !ok || len(list) <= at {
				t.Fatalf("no element %d of %v", at, path)
			}
			v = list[at]
		}
	}
	return v
}

// Every field that ISO/IEC TS 27560 makes mandatory is there: with what the entry says, a reference to the text that says
// it, or "not-stated". Nothing is made up.
func TestTheRecordHasEveryMandatoryFieldAndInventsNothing(t *testing.T) {
	const consentText = "Açık Rıza Beyanı. Kişisel verilerim, iş bulma amacıyla işlenebilir."
	const noticeText = "Aydınlatma Metni. Veri sorumlusu Türkiye İş Kurumu Genel Müdürlüğüdür, adresi Emniyet Mahallesi Mevlâna Bulvarı No:42 Yenimahalle/ANKARA. Kişisel verileriniz 5 yıl saklanır."
	o := options(t, consentText, noticeText)
	files, err := o.files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(files, func(f file) bool { return f.name == anID+recordEnd })
	var record any
	if err := json.Unmarshal(files[at].content, &record); err != nil {
		t.Fatal(err)
	}
	ref := func(body string) map[string]any {
		sum := sha256.Sum256([]byte(body))
		return map[string]any{"dct:source": "texts/" + hex.EncodeToString(sum[:]) + ".txt"}
	}
	process, status, party := []any{"dpv:hasProcess", 0}, []any{"dpv:hasProcess", 0, "dpv:hasConsentStatus", 0}, []any{"dpv:hasEntity", controllerIRI}
	in := func(base []any, more ...any) []any { return append(slices.Clone(base), more...) }
	for field, c := range map[string]struct {
		path []any
		want any
	}{
		"schema_version":          {[]any{"dct:conformsTo"}, "https://w3id.org/dpv/schema/dpv-27560#record"},
		"record_id":               {[]any{"dpv:hasIdentifier"}, anID},
		"pii_principal_id":        {[]any{"dpv:hasDataSubject", "dpv:hasIdentifier"}, "10000000146"},
		"what was disclosed":      {[]any{"dpv:hasDataSubject", "iskurctl:surname"}, "Yılmaz"},
		"privacy_notice":          {[]any{"dpv:hasNotice", 1, "dct:source"}, ref(noticeText)["dct:source"]},
		"language":                {[]any{"dct:language"}, "tr"},
		"purpose":                 {in(process, "dpv:hasPurpose", 0), ref(consentText)},
		"pii_information":         {in(process, "dpv:hasPersonalData", 1, "dct:identifier"), "ozel_nitelikli"},
		"pii_type":                {in(process, "dpv:hasPersonalData", 1, "@type", 0), "dpv:SpecialCategoryPersonalData"},
		"pii_controllers":         {in(process, "dpv:hasDataController", 0), controllerIRI},
		"storage_locations":       {in(process, "dpv:hasStorageCondition", 0, "dpv:hasLocation"), notStated},
		"retention_period":        {in(process, "dpv:hasStorageCondition", 1, "dpv:hasDuration"), ref(noticeText)},
		"jurisdiction":            {in(process, "dpv:hasJurisdiction"), "loc:TR"},
		"recipient_third_parties": {in(process, "dpv:hasRecipient", 0), notStated},
		"withdrawal_method":       {in(process, "dpv:hasConsentControl"), notStated},
		"party_id":                {in(party, "dpv:hasIdentifier"), "TR-ISKUR"},
		"party_name":              {in(party, "dpv:hasName"), "Türkiye İş Kurumu Genel Müdürlüğü"},
		"party_address":           {in(party, "dpv:hasAddress"), ref(noticeText)},
		"party_contact":           {in(party, "dpv:hasContact"), ref(noticeText)},
		"party_type":              {in(party, "@type", 0), "dpv:DataController"},
		"event_time":              {in(status, "dpv:isIndicatedAtTime"), "2026-11-22T10:11:12.000Z"},
		"validity_duration":       {in(status, "dpv:hasDuration"), notStated},
		"entity_id":               {in(status, "dpv:isIndicatedBy"), "_:subject"},
		"event_type":              {in(status, "iskurctl:event_type"), "explicit"},
		"event_state":             {in(status, "@type", 0), "dpv:ConsentGiven"},
	} {
		got, _ := json.Marshal(member(t, record, c.path...))
		if want, _ := json.Marshal(c.want); !bytes.Equal(got, want) {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
}

func TestWhatCannotBeVerifiedIsNotWritten(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"another text":   func(o *Options) { o.Text = func(context.Context, string) ([]byte, error) { return []byte("x"), nil } },
		"another entry":  func(o *Options) { o.Leaf = bytes.Replace(o.Leaf, []byte("portal"), []byte("mobil0"), 1) },
		"another number": func(o *Options) { o.Seq = 2 },
		"another key": func(o *Options) {
			o.Vkey, o.Signer = options(t, silent, silent).Vkey, options(t, silent, silent).Signer
		},
		"another signer":        func(o *Options) { o.Signer = options(t, silent, silent).Signer },
		"a stranger's value":    func(o *Options) { o.Disclosures = options(t, silent, silent).Disclosures },
		"an entry of a text":    func(o *Options) { o.Leaf = bytes.Replace(o.Leaf, []byte("consent/1"), []byte("text/1"), 1) },
		"no entry":              func(o *Options) { o.Leaf = nil },
		"an id that is no UUID": func(o *Options) { o.Leaf = bytes.Replace(o.Leaf, []byte(anID), []byte("../../etc"), 1) },
	} {
		o := options(t, silent, "Aydınlatma")
		change(&o)
		above := t.TempDir()
		if err := Write(t.Context(), filepath.Join(above, "m"), o); fault.ClassOf(err) != fault.Integrity {
			t.Errorf("%s: %v", name, err)
		}
		if list, err := os.ReadDir(above); err != nil || len(list) > 0 {
			t.Errorf("%s: left behind: %v %v", name, list, err)
		}
	}
	o := options(t, silent, "Aydınlatma")
	if err := Write(t.Context(), filepath.Join(t.TempDir(), "m"), o); err != nil {
		t.Error(err)
	}
}

// One text for both kinds stands there once.
func TestATextThatIsNamedTwiceIsThereOnce(t *testing.T) {
	o := options(t, silent, silent)
	files, err := o.files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		if strings.HasPrefix(f.name, textFolder) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d files", n)
	}
}

// What is read as an SD-JWT has one spelling.
func FuzzToken(f *testing.F) {
	o := options(f, silent, "Aydınlatma")
	good, err := sign(o.Leaf, o.Disclosures, o.Vkey, o.Signer)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(good), "", "~", "..~", "a.b.c~", "YQ.YQ.YQ~d~", "YQ.YQ.YQ~~", "YQ.YQ.YR~", "YQ.Y\nQ.YQ~"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x, ok := parseToken(b)
		if !ok {
			return
		}
		var again []byte
		for i, part := range [][]byte{x.header, x.payload, x.signature} {
			if i > 0 {
				again = append(again, '.')
			}
			again = strict.AppendEncode(again, part)
		}
		again = append(again, '~')
		if len(x.disclosures) > 0 {
			again = append(append(again, x.disclosures...), '~')
		}
		if !bytes.Equal(again, b) || !bytes.HasPrefix(b, x.signed) {
			t.Errorf("read %q, written %q", b, again)
		}
	})
}

// Nobody makes a receipt that is found in order by changing a file of a good one.
func FuzzVerify(f *testing.F) {
	o := options(f, silent, "Aydınlatma")
	good, err := o.files(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	for i := range good {
		f.Add(uint8(i), good[i].content)
	}
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		files := slices.Clone(good)
		i := int(which) % len(files)
		files[i].content = content
		r, err := memory(files).verify(&ledger.Trust{Vkey: o.Vkey})
		if err != nil {
			t.Fatal(err)
		}
		same := bytes.Equal(content, good[i].content) || files[i].name == readmeName
		if dropped := files[i].name == anID+tokenEnd && r.Verdict == "ok"; dropped {
			same = fewer(content, good[i].content)
		}
		if same != (r.Verdict == "ok") {
			t.Errorf("%s: %s, findings %v", files[i].name, r.Verdict, r.Findings)
		}
	})
}

// fewer tells whether a token is another one with values left out or in another order: that is the holder's right (RFC 9901,
// section 5), but then the record does not fit, unless it is only their order.
func fewer(b, full []byte) bool {
	parts, all := bytes.Split(b, []byte("~")), bytes.Split(full, []byte("~"))
	slices.SortFunc(parts[1:], bytes.Compare)
	slices.SortFunc(all[1:], bytes.Compare)
	return slices.EqualFunc(parts, all, bytes.Equal)
}
