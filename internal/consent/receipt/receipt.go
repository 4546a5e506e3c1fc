// Package receipt makes what a person gets of one act of theirs, and checks it without the log: the entry as an SD-JWT
// (RFC 9901) with the personal values, the proof that it is in the log (C2SP tlog-proof), the texts it names, a record in the
// shape of ISO/IEC TS 27560:2023, and how to check all that with sha256sum and openssl alone. A receipt still verifies when
// the controller has erased its copy. The package also writes the certificates of an erasure. It knows neither the store nor
// the log of consent; internal/consent and the consent commands import it.
package receipt

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// The names in a receipt; those of the first three begin with the event's id.
const (
	tokenEnd   = ".sdjwt"
	proofEnd   = ".tlog-proof"
	recordEnd  = ".jsonld"
	textFolder = "texts/"
	textEnd    = ".txt"
	vkeyName   = "vkey"
	readmeName = "OKUBENI.txt"
)

// maxFile bounds what is read of a file, in bytes: a legal text has 1 MiB at most, an entry 65,535.
const maxFile = 1 << 20

// The kinds of entries that are told of.
const (
	kindConsent = "consent/1"
	kindErased  = "erased/1"
)

// Options say what a receipt is made from. Leaf is the entry as it was logged, Disclosures those of its personal values that
// are there, "d1~d2~d3". Text gives the exact bytes of a text that the entry names. Checkpoint is the log's newest signed
// note, Vkey and Signer are the key that signed it.
type Options struct {
	Seq         int64
	Leaf        []byte
	Disclosures []byte
	Text        func(ctx context.Context, sha256 string) ([]byte, error)
	Log         ledger.Source
	Checkpoint  []byte
	Vkey        string
	Signer      note.Signer
}

// file is one of a receipt.
type file struct {
	name    string
	content []byte
}

// Write makes the folder dir, which must not exist, with a receipt in it: folders 0700, files 0600. What it would write is
// verified first, as its reader will. Errors: class Output out_exists, out_symlink, out_open, out_write; class Integrity
// receipt_damaged for a log from which no receipt comes that verifies; those of Text and of ledger.Prove. After any error
// nothing is left of the folder.
func Write(ctx context.Context, dir string, o Options) error {
	files, err := o.files(ctx)
	if err != nil {
		return err
	}
	return write(ctx, dir, files)
}

func write(ctx context.Context, dir string, files []file) error {
	f, err := bundle.NewFolder(dir)
	if err != nil {
		return err
	}
	defer f.Discard()
	for _, x := range files {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := f.Put(x.name, x.content); err != nil {
			return err
		}
	}
	return f.Publish()
}

// files makes the files of the receipt.
func (o *Options) files(ctx context.Context) ([]file, error) {
	var leaf ledger.Leaf
	var e entry
	if err := ledger.ParseLeaf(o.Leaf, &leaf); err != nil || !e.read(&leaf) {
		return nil, damaged(i18n.T("kayıt, bir onay kaydı olarak okunamıyor", "the entry cannot be read as one of a consent")).Because(err)
	}
	bodies := make(map[string][]byte)
	for _, sum := range e.sums() {
		body, err := o.Text(ctx, sum)
		if err != nil {
			return nil, err
		}
		bodies[sum] = body
	}
	proof, err := ledger.Prove(ctx, fixed{o.Log, o.Checkpoint}, o.Seq)
	if err != nil {
		return nil, err
	}
	token, err := sign(o.Leaf, o.Disclosures, o.Vkey, o.Signer)
	if err != nil {
		return nil, err
	}
	var found []ledger.Finding
	if e.personal, found = disclosed(&leaf, o.Disclosures, o.Seq); len(found) > 0 {
		return nil, damaged(found[0].Detail)
	}
	record, err := e.record(profileOf(&e, bodies))
	if err != nil {
		return nil, err
	}
	files := []file{{e.id + tokenEnd, token}, {e.id + proofEnd, proof.Bytes()}, {e.id + recordEnd, record}, {vkeyName, []byte(o.Vkey + "\n")}}
	for _, sum := range e.sums() {
		files = append(files, file{textFolder + sum + textEnd, bodies[sum]})
	}
	notes, err := keyNotes(ctx, o.Log, proof.Checkpoint.Size)
	if err != nil {
		return nil, err
	}
	files = append(append(files, notes...), file{readmeName, readme(&e, proof, len(notes) > 0)})
	return files, selfCheck(files, o.Vkey)
}

// selfCheck verifies what is about to be written: nobody is given a receipt that does not hold.
func selfCheck(files []file, vkey string) error {
	r, err := memory(files).verify(&ledger.Trust{Vkey: vkey})
	if err == nil && len(r.Findings) > 0 {
		return damaged(r.Findings[0].Detail)
	}
	return err
}

// damaged is the error for a log from which no receipt comes that verifies.
func damaged(why i18n.Text) *fault.Error {
	return fault.New(fault.Integrity, "receipt_damaged", i18n.Tf("makbuz yazılmadı: %s", "no receipt was written: %s", why)).WithHint(i18n.T(
		"günlüğe bakın: iskurctl consent verify --deep", "look at the log: iskurctl consent verify --deep"))
}

// fixed is a log at one of its checkpoints, however it grows meanwhile.
type fixed struct {
	ledger.Source
	checkpoint []byte
}

// Checkpoint gives that one.
func (f fixed) Checkpoint(context.Context) ([]byte, error) { return f.checkpoint, nil }

// entry is what a receipt tells of an entry consent/1.
type entry struct {
	id, session, act, step, channel, language, logged, received, time, ui string
	items                                                                 []string
	captcha                                                               *bool
	notice, prev                                                          int64 // -1: none
	own, noticeText                                                       string
	personal                                                              []event.Personal // ascending by name
}

// read takes the members of an entry; false when it is none of a consent.
func (e *entry) read(leaf *ledger.Leaf) bool {
	ok := leaf.Kind == kindConsent && leaf.Digests() > 0
	for _, m := range []struct {
		key string
		to  *string
	}{{"act", &e.act}, {"channel", &e.channel}, {"event", &e.step}, {"id", &e.id}, {"language", &e.language}, {"rcv", &e.received}, {"session", &e.session}, {"t", &e.logged}, {"time", &e.time}} {
		var there bool
		*m.to, there = leaf.Str(m.key)
		ok = ok && there
	}
	e.ui, _ = leaf.Str("ui")
	e.items, _ = leaf.List("items")
	if captcha, there := leaf.Bool("captcha"); there {
		e.captcha = &captcha
	}
	e.notice, e.prev = number(leaf, "notice"), number(leaf, "prev")
	texts, _ := leaf.Object("texts")
	for _, t := range texts {
		ok = ok && isSHA256(t.Value)
		switch t.Name {
		case e.act:
			e.own = t.Value
		case string(event.Notice):
			e.noticeText = t.Value
		default:
			return false
		}
	}
	return ok && isID(e.id) && e.own != ""
}

func number(leaf *ledger.Leaf, key string) int64 {
	n, ok := leaf.Int(key)
	if !ok {
		return -1
	}
	return n
}

// sums lists the texts that the entry names, its own first, each once.
func (e *entry) sums() []string {
	if e.noticeText == "" || e.noticeText == e.own {
		return []string{e.own}
	}
	return []string{e.own, e.noticeText}
}

// isID tells a UUID in lower case: it stands in names of files and in commands.
func isID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') || !dash && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// isSHA256 tells a SHA-256 in lower-case hexadecimal.
func isSHA256(s string) bool {
	return len(s) == hex.EncodedLen(sha256.Size) && strings.Trim(s, "0123456789abcdef") == ""
}
