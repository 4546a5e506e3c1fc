package myk

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

// FuzzReply: whatever the bytes, no panic; a reply without rows only where the document itself says so.
func FuzzReply(f *testing.F) {
	for _, x := range badReplies() {
		if len(x.body) < 4096 {
			f.Add([]byte(x.body), byte(0))
		}
	}
	f.Add([]byte(sound), byte(0))
	f.Add([]byte(page(1, "2", rangeRow)), byte(1))
	f.Add([]byte(page(0, "")), byte(2))
	f.Add([]byte(page(0, "")), byte(1))
	wire, err := newNames(Wire{})
	if err != nil {
		f.Fatal(err)
	}
	d := newDecoder()
	c := &Client{wire: wire}
	requests := []Request{c.NumberRequest(person), c.RangeRequest(Date{2024, 1, 1}, Date{2024, 12, 31}, ""), c.QualificationsRequest()}
	f.Fuzz(func(t *testing.T, body []byte, kind byte) {
		r := requests[int(kind)%len(requests)]
		reply, err := d.decode(bytes.NewReader(body), replyLimit, wire, r)
		again, err2 := newDecoder().decode(bytes.NewReader(body), replyLimit, wire, r)
		if (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
			t.Fatalf("a used decoder says %v, a new one %v", err, err2)
		}
		if err != nil {
			var v violation
			if reply != nil || !errors.As(err, &v) && !errors.As(err, new(refusal)) {
				t.Fatalf("reply %v with error %v", reply, err)
			}
			if errors.As(err, &v) && broken(v.code, "x").Fault.Message == broken("", "").Fault.Message {
				t.Fatalf("no text for %s", v.code)
			}
			return
		}
		if len(reply.Certificates) != len(again.Certificates) {
			t.Fatal("two decoders, two answers")
		}
		if len(reply.Certificates)+len(reply.Qualifications) == 0 && !saysNone(body) {
			t.Fatalf("none without the document saying so: %q", body)
		}
		for _, c := range reply.Certificates {
			if r.Method == ByNumber && c.KimlikNo != person {
				t.Fatal("another person's certificate")
			}
		}
	})
}

// saysNone looks for "KAYIT_SAYISI": 0 in the text, escapes in the key included.
func saysNone(body []byte) bool {
	var document struct {
		Count *json.Number `json:"KAYIT_SAYISI"`
	}
	err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\uFEFF")), &document)
	return err == nil && document.Count != nil && *document.Count == "0"
}
