package consent

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
)

func TestATextKeepsItsExactBytes(t *testing.T) {
	b := newBed(t)
	body := []byte("\xef\xbb\xbfA\u00a0rıza\r\nmetni e\u0301 \n\n ")
	in := Text{Kind: event.Consent, Label: "Açık rıza 2026/1", Language: "tr", Day: "2026-11-22"}
	made, added, err := b.AddText(context.Background(), in, body)
	must(t, err)
	if !added || made.Seq != 0 || made.Bytes != len(body) {
		t.Errorf("%+v %v", made, added)
	}
	for _, ref := range []string{in.Label, made.SHA256} {
		x, same, err := b.Text(context.Background(), ref)
		must(t, err)
		if x != made || !bytes.Equal(same, body) {
			t.Errorf("%+v %q", x, same)
		}
	}
	_, _, err = b.Text(context.Background(), strings.ToUpper(made.SHA256))
	wantFault(t, err, fault.Negative, "text_unknown")
}

func TestALabelNamesOneTextForEver(t *testing.T) {
	b := newBed(t)
	in := Text{Kind: event.Consent, Label: "riza-1", Language: "tr", Day: "2026-11-22"}
	first, _, err := b.AddText(context.Background(), in, []byte("bir"))
	must(t, err)
	same, added, err := b.AddText(context.Background(), in, []byte("bir"))
	must(t, err)
	if added || same != first {
		t.Errorf("%+v %v", same, added)
	}
	for name, c := range map[string]struct {
		change func(*Text)
		body   string
		code   string
	}{
		"other bytes":    {func(*Text) {}, "iki", "text_label_taken"},
		"other day":      {func(x *Text) { x.Day = "2026-11-23" }, "bir", "text_label_taken"},
		"other kind":     {func(x *Text) { x.Kind = event.Notice }, "bir", "text_label_taken"},
		"other language": {func(x *Text) { x.Language = "en" }, "bir", "text_label_taken"},
		"other label":    {func(x *Text) { x.Label = "riza-2" }, "bir", "text_known"},
	} {
		x := in
		c.change(&x)
		_, _, err := b.AddText(context.Background(), x, []byte(c.body))
		if wantFault(t, err, fault.Input, c.code); c.code == "text_known" && !strings.Contains(err.Error(), "riza-1") {
			t.Errorf("%s: the label is not named: %v", name, err)
		}
	}
	if n := got(b.size(context.Background()))(t); n != 1 {
		t.Errorf("%d entries", n)
	}
}

func TestATextThatCannotBeOneIsRefused(t *testing.T) {
	b := newBed(t)
	good := Text{Kind: event.Consent, Label: "riza-1", Language: "tr", Day: "2026-11-22"}
	for _, c := range []struct {
		change func(*Text)
		body   []byte
		class  fault.Class
		code   string
	}{
		{func(x *Text) { x.Kind = "query" }, []byte("a"), fault.Usage, "text_kind"},
		{func(x *Text) { x.Language = "de" }, []byte("a"), fault.Usage, "text_language"},
		{func(x *Text) { x.Label = "" }, []byte("a"), fault.Usage, "text_label"},
		{func(x *Text) { x.Label = " a" }, []byte("a"), fault.Usage, "text_label"},
		{func(x *Text) { x.Label = "a\u200b" }, []byte("a"), fault.Usage, "text_label"},
		{func(x *Text) { x.Label = strings.Repeat("ş", 201) }, []byte("a"), fault.Usage, "text_label"},
		{func(x *Text) { x.Label = strings.Repeat("aB0", 21) + "f" }, []byte("a"), fault.Usage, "text_label"},
		{func(x *Text) { x.Day = "2026-02-30" }, []byte("a"), fault.Usage, "text_day"},
		{func(*Text) {}, nil, fault.Input, "text_empty"},
		{func(*Text) {}, make([]byte, 1<<20+1), fault.Input, "text_too_large"},
		{func(*Text) {}, []byte("a\x00"), fault.Input, "text_encoding"},
		{func(*Text) {}, []byte("a\xff"), fault.Input, "text_encoding"},
	} {
		x := good
		c.change(&x)
		_, _, err := b.AddText(context.Background(), x, c.body)
		wantFault(t, err, c.class, c.code)
	}
	good.Label = strings.Repeat("ş", 200)
	_, _, err := b.AddText(context.Background(), good, bytes.Repeat([]byte("a"), 1<<20))
	must(t, err)
}

func TestTextsAreListedInTheOrderOfTheLog(t *testing.T) {
	b := newBed(t).texts(t)
	var labels []string
	for x, err := range b.Texts(context.Background()) {
		must(t, err)
		labels = append(labels, x.Label)
	}
	if !slices.Equal(labels, []string{"sozlesme-1", "aydinlatma-1", "riza-1", "riza-2"}) {
		t.Error(labels)
	}
}

func TestATextThatWasChangedIsNeverGivenOut(t *testing.T) {
	for _, change := range []string{
		"UPDATE consent_text SET body = CAST(replace(CAST(body AS TEXT), 'Metin', 'metin') AS BLOB) WHERE label = 'riza-1'",
		"UPDATE consent_text SET day = '2020-01-01' WHERE label = 'riza-1'",
		"UPDATE consent_text SET kind = 'notice' WHERE label = 'riza-1'",
		"UPDATE consent_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), 'riza-1', 'riza-9') AS BLOB) WHERE seq = 2",
	} {
		b := newBed(t).texts(t)
		b.tamper(t, change)
		_, _, err := b.Text(context.Background(), "riza-1")
		wantFault(t, err, fault.Integrity, "consent_damaged")
	}
}
