package ledger

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// MaxInt is the greatest integer of the formats here, 2^53-1: what every JSON reader keeps exactly (RFC 7493, 2.2).
const MaxInt = 1<<53 - 1

// maxNote bounds what is read as a note, in bytes: sixteen signature lines of any algorithm in use fit in easily.
const maxNote = 128 << 10

// Problem is something wrong with a signed text. Its Code is that of the finding it becomes.
type Problem struct {
	Code Code
	Text i18n.Text
}

// Error gives the code and the English text.
func (p *Problem) Error() string { return string(p.Code) + ": " + p.Text.EN }

// Is tells errors.Is that problems of one code are one error.
func (p *Problem) Is(target error) bool {
	t, ok := target.(*Problem)
	return ok && t.Code == p.Code
}

// Finding gives the problem as a finding that concerns the entry seq, -1 for none.
func (p *Problem) Finding(seq int64) Finding {
	return Finding{Code: p.Code, Seq: seq, Detail: p.Text}
}

// Checkpoint is the state of a log that its key signed (C2SP tlog-checkpoint). Note is the whole signed text.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Hash
	Note   []byte
}

// SignCheckpoint writes the signed note over the three lines of a checkpoint. It puts no extension lines there, since
// cosigners cannot vouch for them. An invalid origin or size is a mistake of the program: class Internal.
func SignCheckpoint(origin string, size int64, root Hash, s note.Signer) ([]byte, error) {
	if !ValidOrigin(origin) || size < 0 || size > MaxInt {
		return nil, fault.New(fault.Internal, "checkpoint_invalid", i18n.T(
			"denetim noktasının kaynağı ya da boyutu geçersiz", "the origin or the size of the checkpoint is invalid"))
	}
	text := origin + "\n" + strconv.FormatInt(size, 10) + "\n" + root.String() + "\n"
	return signNote(text, s)
}

func signNote(text string, s note.Signer) ([]byte, error) {
	b, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		return nil, fault.New(fault.Internal, "note_not_signed", i18n.T(
			"metin imzalanamadı", "the text could not be signed")).Because(err)
	}
	return b, nil
}

// OpenCheckpoint reads a signed checkpoint and checks the signature of v. Signatures of keys that are not v's are passed
// over, as C2SP signed-note wants it. An error is a *Problem: V02 when the text is malformed, V03 when v's key stands
// there with a signature that is not its own, V04 when v's key did not sign. Whether the origin is the expected one (V05)
// is for the caller to say; by our own convention it is v.Name().
func OpenCheckpoint(b []byte, v note.Verifier) (Checkpoint, error) {
	text, signed := openNote(b, v)
	if signed != nil && signed.Code != SigUnknownKey {
		return Checkpoint{}, signed
	}
	c, err := parseCheckpoint(b, text)
	if err == nil && signed != nil {
		return Checkpoint{}, signed
	}
	return c, err
}

// ReadCheckpoint reads a checkpoint without looking whose signatures stand under it: for what has to be known before
// the key is, such as the size up to which a chain of keys is to be followed. An error is a *Problem V02.
func ReadCheckpoint(b []byte) (Checkpoint, error) {
	text, problem := openNote(b)
	if problem != nil && problem.Code != SigUnknownKey {
		return Checkpoint{}, problem
	}
	return parseCheckpoint(b, text)
}

// openNote gives the text of a note. With SigUnknownKey the text is there, but none of known has signed it.
func openNote(b []byte, known ...note.Verifier) (text string, problem *Problem) {
	malformed := &Problem{CheckpointMalformed, i18n.T("imzalı metin biçimine uymuyor", "not in the form of a signed note")}
	if len(b) > maxNote {
		return "", malformed
	}
	n, err := note.Open(b, note.VerifierList(known...))
	var bad *note.InvalidSignatureError
	var none *note.UnverifiedNoteError
	switch {
	case err == nil:
		return n.Text, nil
	case errors.As(err, &bad):
		return "", &Problem{SigInvalid, i18n.T("bilinen anahtarın imzası metne uymuyor", "the signature of the known key does not fit the text")}
	case errors.As(err, &none):
		return none.Note.Text, &Problem{SigUnknownKey, i18n.T("güvenilen anahtarın imzası yok", "not signed by the trusted key")}
	}
	return "", malformed
}

// parseCheckpoint reads the signed text: origin, size, root, each on its line, and nothing else. C2SP allows further
// lines; ours never has any, so one more line was not written by this program.
func parseCheckpoint(b []byte, text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, &Problem{CheckpointMalformed, i18n.T("denetim noktası üç satır olmalı", "a checkpoint has three lines")}
	}
	if !ValidOrigin(lines[0]) {
		return Checkpoint{}, &Problem{CheckpointMalformed, i18n.T("kaynak satırı geçersiz", "the origin line is invalid")}
	}
	size, ok := parseDecimal(lines[1])
	if !ok {
		return Checkpoint{}, &Problem{CheckpointMalformed, i18n.T("boyut satırı geçersiz", "the size line is invalid")}
	}
	root, ok := parseRoot(lines[2])
	if !ok {
		return Checkpoint{}, &Problem{CheckpointMalformed, i18n.T("kök satırı geçersiz", "the root line is invalid")}
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: root, Note: b}, nil
}

// parseDecimal reads 0…2^53-1 in ASCII digits without sign and leading zeros.
func parseDecimal(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && n <= MaxInt && strconv.FormatInt(n, 10) == s
}

// parseRoot reads exactly 32 bytes of standard base64; unused bits must be zero, so that a root has one spelling.
func parseRoot(s string) (h Hash, ok bool) {
	if len(s) != base64.StdEncoding.EncodedLen(len(h)) {
		return h, false
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, false
	}
	return Hash(b), true
}

// newVerifier is note.NewVerifier for keys in their one spelling only: lower-case hexadecimal, strict base64. Keys are
// compared as texts.
func newVerifier(vkey string) (note.Verifier, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	prefix := v.Name() + "+" + hex32(v.KeyHash()) + "+"
	key, ok := strings.CutPrefix(vkey, prefix)
	raw, err := base64.StdEncoding.Strict().DecodeString(key)
	if !ok || err != nil || base64.StdEncoding.EncodeToString(raw) != key || !ValidOrigin(v.Name()) {
		return nil, errors.New("verifier key in another spelling")
	}
	return v, nil
}

func hex32(n uint32) string {
	const digits = "0123456789abcdef"
	var b [8]byte
	for i := range b {
		b[i] = digits[n>>(28-4*i)&15]
	}
	return string(b[:])
}

// keyNoteKind is the second line of a key note. It is no number, so a key note never passes for a checkpoint.
const keyNoteKind = "key/1"

// KeyNote writes what an old key says when a new one takes over: the origin, the kind and the new verifier key, each on
// its line, signed by the old key. It stands in the key/1 entry.
func KeyNote(origin, newVkey string, old note.Signer) (string, error) {
	if _, err := newVerifier(newVkey); err != nil || !ValidOrigin(origin) {
		return "", fault.New(fault.Internal, "key_note_invalid", i18n.T(
			"anahtar değişim metni yazılamadı: kaynak ya da anahtar geçersiz", "no key note: the origin or the key is invalid")).Because(err)
	}
	b, err := signNote(origin+"\n"+keyNoteKind+"\n"+newVkey+"\n", old)
	return string(b), err
}

// OpenKeyNote gives the new verifier key of a key note of this origin that the old key signed. An error is a *Problem
// V07: the chain of keys ends here.
func OpenKeyNote(noteText, origin string, old note.Verifier) (newVkey string, err error) {
	text, problem := openNote([]byte(noteText), old)
	if problem != nil {
		return "", &Problem{KeyChainBroken, i18n.T("anahtar değişimini eski anahtar imzalamamış", "the old key did not sign the change of key")}
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] != origin || lines[1] != keyNoteKind || lines[3] != "" {
		return "", &Problem{KeyChainBroken, i18n.T("anahtar değişim metni bu kayda ait değil", "the key note is not one of this log")}
	}
	if _, err := newVerifier(lines[2]); err != nil {
		return "", &Problem{KeyChainBroken, i18n.T("yeni anahtar okunamıyor", "the new key cannot be read")}
	}
	return lines[2], nil
}

// ValidOrigin tells whether s can be an origin and the name of a key: what C2SP signed-note allows as a key name (no
// white space, no plus sign), without control characters, at most 255 bytes.
func ValidOrigin(s string) bool {
	return s != "" && len(s) <= 255 && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r == '+' || unicode.IsSpace(r) || unicode.IsControl(r)
	})
}

// CleanOrigin makes the first part of an origin from a host name: ASCII letters in lower case, digits, dots, hyphens and
// slashes, at most 200 bytes. Anything else becomes a hyphen; where nothing is left it is "iskurctl".
func CleanOrigin(host string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + ('a' - 'A')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '-', r == '/':
			return r
		}
		return '-'
	}, host)
	const ends = ".-/"
	clean = strings.Trim(clean, ends)
	if len(clean) > 200 {
		clean = strings.TrimRight(clean[:200], ends)
	}
	if clean == "" {
		return "iskurctl"
	}
	return clean
}
