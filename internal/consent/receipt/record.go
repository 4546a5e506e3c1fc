package receipt

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/consent/lint"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// The record tells the act in the shape of ISO/IEC TS 27560:2023, as JSON-LD by the profile of W3C's Data Privacy Vocabulary
// (https://w3id.org/dpv/schema/dpv-27560). It is for other programs to read and no evidence of its own: all of it follows
// from the SD-JWT and the texts, and verification compares it with them. Nothing is made up: what only a legal text says is
// a reference to that text, and where the words for it were not found in the texts of the act the value is "not-stated".

const notStated = "not-stated"

// stated is the path of a text that says something, "" for none.
type stated string

type textRef struct {
	Source string `json:"dct:source"`
}

// MarshalJSON writes a reference to the text, or "not-stated".
func (s stated) MarshalJSON() ([]byte, error) {
	if s == "" {
		return json.Marshal(notStated)
	}
	return json.Marshal(textRef{string(s)})
}

// UnmarshalJSON reads what MarshalJSON writes; of anything else nothing.
func (s *stated) UnmarshalJSON(b []byte) error {
	var ref textRef
	if json.Unmarshal(b, &ref) == nil {
		*s = stated(ref.Source)
	}
	return nil
}

// profile is what texts say, or leave out. Which it is was decided when the receipt was written, by looking for words.
type profile struct {
	Purpose, Basis, Storage, Retention, Recipients, Withdrawal, Rights, Authority, Validity, Address, Contact stated
}

// fields names the rule of package lint that finds each to be missing.
func (p *profile) fields() []struct {
	code string
	to   *stated
} {
	return []struct {
		code string
		to   *stated
	}{
		{"W03_", &p.Purpose}, {"W06_", &p.Basis}, {"W11_", &p.Storage}, {"W12_", &p.Retention}, {"W04_", &p.Recipients}, {"W13_", &p.Withdrawal},
		{"W07_", &p.Rights}, {"W14_", &p.Authority}, {"W15_", &p.Validity}, {"W02_", &p.Address}, {"W02_", &p.Contact},
	}
}

// profileOf looks what the texts of an act say, in its own text first.
func profileOf(e *entry, bodies map[string][]byte) (p profile) {
	for _, sum := range e.sums() {
		missing := lint.Lint(event.Notice, e.language, bodies[sum], nil)
		missing = append(missing, lint.Lint(event.Consent, e.language, bodies[sum], nil)...)
		for _, f := range p.fields() {
			if *f.to == "" && !slices.ContainsFunc(missing, func(x lint.Finding) bool { return strings.HasPrefix(x.Code, f.code) }) {
				*f.to = path(sum)
			}
		}
	}
	return p
}

// path is where a text stands.
func path(sum string) stated { return stated(textFolder + sum + textEnd) }

type (
	document struct {
		Context    map[string]any    `json:"@context"`
		ID         string            `json:"@id"`
		Type       []string          `json:"@type"`
		Conforms   string            `json:"dct:conformsTo"`
		Identifier string            `json:"dpv:hasIdentifier"`
		Created    string            `json:"dct:created"`
		Creator    string            `json:"dct:creator"`
		Language   string            `json:"dct:language"`
		Remark     string            `json:"skos:note"`
		Subject    map[string]string `json:"dpv:hasDataSubject"`
		Notices    []noticeText      `json:"dpv:hasNotice"`
		Process    []process         `json:"dpv:hasProcess"`
		Entities   map[string]party  `json:"dpv:hasEntity"`
	}
	noticeText struct {
		Type       []string `json:"@type"`
		Identifier string   `json:"dpv:hasIdentifier"`
		Source     string   `json:"dct:source"`
	}
	process struct {
		Type         string       `json:"@type"`
		Service      string       `json:"dpv:hasService"`
		Purpose      []stated     `json:"dpv:hasPurpose"`
		Basis        []stated     `json:"dpv:hasLegalBasis"`
		Data         []any        `json:"dpv:hasPersonalData"`
		Controller   []string     `json:"dpv:hasDataController"`
		Storage      []condition  `json:"dpv:hasStorageCondition"`
		Jurisdiction string       `json:"dpv:hasJurisdiction"`
		Recipients   []stated     `json:"dpv:hasRecipient"`
		Withdrawal   stated       `json:"dpv:hasConsentControl"`
		Rights       stated       `json:"dpv:hasRight"`
		Authority    stated       `json:"dpv:hasAuthority"`
		Status       []consentAct `json:"dpv:hasConsentStatus"`
	}
	condition struct {
		Type     []string `json:"@type"`
		Location *stated  `json:"dpv:hasLocation,omitempty"`
		Duration *stated  `json:"dpv:hasDuration,omitempty"`
	}
	data struct {
		Type       []string `json:"@type"`
		Identifier string   `json:"dct:identifier"`
	}
	consentAct struct {
		Type      []string `json:"@type"`
		Event     string   `json:"iskurctl:event"`
		EventType string   `json:"iskurctl:event_type"`
		At        string   `json:"dpv:isIndicatedAtTime"`
		Received  string   `json:"iskurctl:received"`
		By        string   `json:"dpv:isIndicatedBy"`
		Where     string   `json:"dpv:isExercisedAt"`
		Session   string   `json:"iskurctl:session"`
		UI        string   `json:"iskurctl:ui,omitempty"`
		Captcha   *bool    `json:"iskurctl:captcha,omitempty"`
		Notice    *int64   `json:"iskurctl:notice_entry,omitempty"`
		Prev      *int64   `json:"iskurctl:previous_entry,omitempty"`
		Validity  stated   `json:"dpv:hasDuration"`
	}
	party struct {
		Type       []string `json:"@type"`
		Identifier string   `json:"dpv:hasIdentifier"`
		Name       string   `json:"dpv:hasName"`
		Address    stated   `json:"dpv:hasAddress"`
		Contact    stated   `json:"dpv:hasContact"`
	}
)

// The controller. Its address and how to reach it stand in the notice.
const (
	controllerID   = "TR-ISKUR"
	controllerIRI  = "urn:iskurctl:party:" + controllerID
	controllerName = "Türkiye İş Kurumu Genel Müdürlüğü"
)

// subjectNode names the person within the record.
const subjectNode = "_:subject"

// record writes the record of an act.
func (e *entry) record(p profile) ([]byte, error) {
	subject := map[string]string{"@id": subjectNode, "@type": "dpv:DataSubject", "dpv:hasIdentifier": notStated}
	for _, v := range e.personal {
		if v.Name == "tc" {
			subject["dpv:hasIdentifier"] = v.Value
		} else {
			subject["iskurctl:"+v.Name] = v.Value
		}
	}
	d := document{
		Context: map[string]any{
			"dct": "http://purl.org/dc/terms/", "dpv": "https://w3id.org/dpv#", "iskurctl": "urn:iskurctl:consent:1:",
			"loc": "https://w3id.org/dpv/loc#", "skos": "http://www.w3.org/2004/02/skos/core#",
			"dpv:hasEntity": map[string]string{"@id": "dpv:hasEntity", "@container": "@id"},
		},
		ID: "urn:uuid:" + e.id, Type: []string{"dpv:ConsentRecord"}, Conforms: "https://w3id.org/dpv/schema/dpv-27560#record", Identifier: e.id,
		Created: e.logged, Creator: controllerIRI, Language: e.language, Subject: subject, Notices: e.notices(),
		Remark: "not-stated: yazılı değil ya da metinde sözcükleri bulunamadı; bağlayıcı olan metnin kendisidir / not there, or its words were not found in the texts; what binds is the text itself",
		Process: []process{{
			Type: "dpv:Process", Service: e.channel, Purpose: []stated{p.Purpose}, Basis: []stated{p.Basis}, Data: e.data(), Controller: []string{controllerIRI},
			Storage:      []condition{{Type: []string{"dpv:StorageLocation"}, Location: &p.Storage}, {Type: []string{"dpv:StorageDuration"}, Duration: &p.Retention}},
			Jurisdiction: "loc:TR", Recipients: []stated{p.Recipients}, Withdrawal: p.Withdrawal, Rights: p.Rights, Authority: p.Authority,
			Status: []consentAct{e.status(p)},
		}},
		Entities: map[string]party{controllerIRI: {Type: []string{"dpv:DataController"}, Identifier: controllerID, Name: controllerName, Address: p.Address, Contact: p.Contact}},
	}
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	w.SetIndent("", "  ")
	if err := w.Encode(d); err != nil {
		return nil, fault.New(fault.Internal, "receipt_record", i18n.T("makbuzun JSON-LD kaydı yazılamadı", "the JSON-LD record of the receipt could not be written")).Because(err)
	}
	return b.Bytes(), nil
}

// notices are the texts that the person was shown.
func (e *entry) notices() (list []noticeText) {
	add := func(kind, sum string) {
		if sum == "" {
			list = append(list, noticeText{[]string{kind}, notStated, notStated})
			return
		}
		list = append(list, noticeText{[]string{kind}, "sha256:" + sum, string(path(sum))})
	}
	switch event.Act(e.act) {
	case event.Notice:
	case event.Consent:
		add("dpv:ConsentNotice", e.own)
	default:
		add("dpv:Notice", e.own)
	}
	add("dpv:PrivacyNotice", e.noticeText)
	return list
}

// data are the groups of data that a consent covers; without them the text says which.
func (e *entry) data() (list []any) {
	for _, item := range e.items {
		kind := "dpv:PersonalData"
		if item == "ozel_nitelikli" { // KVKK m.6
			kind = "dpv:SpecialCategoryPersonalData"
		}
		list = append(list, data{[]string{kind}, item})
	}
	if list == nil {
		list = append(list, path(e.own))
	}
	return list
}

// status is the event: who did what, when and where.
func (e *entry) status(p profile) consentAct {
	a := consentAct{Event: e.act + "/" + e.step, EventType: notStated, At: e.time, Received: e.received, By: subjectNode, Where: e.channel, Session: e.session,
		UI: e.ui, Captcha: e.captcha, Validity: p.Validity, Type: []string{"iskurctl:" + e.step}}
	switch event.Act(e.act) {
	case event.Notice:
		a.By = controllerIRI // who presented it
	case event.Consent:
		a.EventType = "explicit"
		switch event.Step(e.step) {
		case event.Given:
			a.Type = []string{"dpv:ConsentGiven", "dpv:ExplicitlyExpressedConsent"}
		case event.Refused:
			a.Type = []string{"dpv:ConsentRefused"}
		case event.Withdrawn:
			a.Type = []string{"dpv:ConsentWithdrawn"}
		}
	}
	if e.notice >= 0 {
		a.Notice = &e.notice
	}
	if e.prev >= 0 {
		a.Prev = &e.prev
	}
	return a
}

// recordFits tells whether a record is one of this act. Which texts it says state what is taken from it, as long as they are
// texts of the act; everything else must be as record writes it.
func (e *entry) recordFits(b []byte) bool {
	var d document
	if json.Unmarshal(b, &d) != nil || len(d.Process) != 1 || len(d.Process[0].Storage) != 2 || len(d.Process[0].Status) != 1 {
		return false
	}
	x := &d.Process[0]
	only := func(list []stated) (s stated) {
		if len(list) == 1 {
			s = list[0]
		}
		return s
	}
	behind := func(s *stated) stated {
		if s == nil {
			return ""
		}
		return *s
	}
	c := d.Entities[controllerIRI]
	p := profile{only(x.Purpose), only(x.Basis), behind(x.Storage[0].Location), behind(x.Storage[1].Duration), only(x.Recipients), x.Withdrawal, x.Rights, x.Authority,
		x.Status[0].Validity, c.Address, c.Contact}
	for _, f := range p.fields() {
		if *f.to != "" && !slices.ContainsFunc(e.sums(), func(sum string) bool { return *f.to == path(sum) }) {
			return false
		}
	}
	want, err := e.record(p)
	return err == nil && bytes.Equal(want, b)
}
