package consent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/tckn"
)

const (
	maxText  = 1 << 20 // bytes of a legal text
	maxLabel = 200     // characters of a label
	pageRows = 500     // what a listing holds in memory, and how long one read keeps the -wal from being recycled
)

// AddText registers a legal text: its exact bytes, which are never normalised, and a text/1 entry in the same commit. Of t
// it takes Kind, Label, Language and Day; it gives the text as it stands in the log, and whether it was added now. The
// same text under the same label again is no error. Errors: class Usage for what t says (text_kind, text_label,
// text_language, text_day); class Input for the body (text_empty, text_too_large, text_encoding), for a label that names
// another text (text_label_taken) and for a text that has another label (text_known); those of the store.
func (l *Log) AddText(ctx context.Context, t Text, body []byte) (Text, bool, error) {
	if err := checkText(t, body); err != nil {
		return Text{}, false, err
	}
	sum := sha256.Sum256(body)
	t.Bytes, t.SHA256 = len(body), hex.EncodeToString(sum[:])
	added := false
	err := l.write(ctx, func(w *writer) error {
		added = false
		for _, ref := range []string{t.Label, t.SHA256} {
			statement, by := refer(ref)
			there, ok, err := findText(w.ctx, w.Tx, statement, by)
			if err != nil {
				return err
			}
			if ok {
				t.Seq = there.Seq
				return sameText(t, there)
			}
		}
		leaf, err := textLeaf(t, l.now())
		if err != nil {
			return err
		}
		if t.Seq, err = w.Append(leaf); err != nil {
			return err
		}
		added = true
		_, err = w.Exec(w.ready.text, t.Seq, string(t.Kind), t.Label, t.Language, sum[:], t.Day, body)
		return err
	})
	if err != nil {
		return Text{}, false, err
	}
	return t, added, nil
}

// sameText compares a text that is to be added with one that has its label or its bytes.
func sameText(t, there Text) error {
	switch {
	case t == there:
		return nil
	case t.Label != there.Label && t.SHA256 == there.SHA256:
		return fault.New(fault.Input, "text_known", unlike(i18n.Tf("bu metin “%s” etiketiyle zaten kayıtlı", "this text is registered already, under the label “%s”", there.Label), t, there)).
			WithHint(i18n.T("var olan etiketi kullanın; kayıtlı bir metin hiç değiştirilmez, yeni bir sürümün baytları da başka olmalıdır",
				"use that label; a registered text is never changed, and a new version must have other bytes as well"))
	case t.SHA256 == there.SHA256:
		return fault.New(fault.Input, "text_label_taken", unlike(i18n.T("bu metin bu etiketle zaten kayıtlı, ama başka bilgilerle", "this text is registered already under this label, but otherwise"), t, there)).
			WithHint(i18n.T("kayıtlı bir metin hiç değiştirilmez: kayıtlı bilgiler doğruysa onları yazın; yanlışsa metnin baytları da başka olan yeni bir sürümünü yeni bir etiketle ekleyin",
				"a registered text is never changed: if what is registered is right, write that; if it is wrong, add a new version with other bytes under a new label"))
	default:
		return fault.New(fault.Input, "text_label_taken", unlike(i18n.T("bu etiket baytları başka olan bir metnin; bir etiket her zaman tek bir metni gösterir", "this label belongs to a text with other bytes; a label names one text for ever"), t, there)).
			WithHint(i18n.T("kayıtlı bir metin hiç değiştirilmez; yeni sürüme yeni bir etiket verin; kayıtlı olanı `iskurctl consent text show` gösterir",
				"a registered text is never changed; give the new version a new label; `iskurctl consent text show` shows the one that is registered"))
	}
}

// unlike adds to a message in what, beside label and bytes, a text differs from one that is registered, and the values of that one.
func unlike(message i18n.Text, t, there Text) i18n.Text {
	all := []i18n.Text{message}
	if t.Day != there.Day {
		all = append(all, i18n.Tf("kayıtlı yürürlük günü %s, verilen %s", "the registered first day is %s, not %s", there.Day, t.Day))
	}
	if t.Kind != there.Kind {
		all = append(all, i18n.Tf("kayıtlı türü %s, verilen %s", "the registered kind is %s, not %s", string(there.Kind), string(t.Kind)))
	}
	if t.Language != there.Language {
		all = append(all, i18n.Tf("kayıtlı dili %s, verilen %s", "the registered language is %s, not %s", there.Language, t.Language))
	}
	return i18n.Join("; ", all...)
}

func checkText(t Text, body []byte) error {
	wrong := func(code, tr, en string) error { return fault.New(fault.Usage, code, i18n.T(tr, en)) }
	switch {
	case !slices.Contains(event.Acts(), t.Kind):
		return wrong("text_kind", "metnin türü agreement, notice ya da consent olmalı", "the kind of a text is agreement, notice or consent")
	case !slices.Contains(event.Languages(), t.Language):
		return wrong("text_language", "metnin dili tr ya da en olmalı", "the language of a text is tr or en")
	case !validLabel(t.Label):
		return wrong("text_label", "etiket, uçlarında boşluk olmayan, en çok 200 yazılabilir karakterdir ve bir SHA-256 gibi görünmez",
			"a label has at most 200 printable characters, no blank at its ends, and does not look like a SHA-256")
	case tckn.In(t.Label): // of texts that are there it is no fault: an entry is never changed
		return wrong(event.CodeTCInText, "etikette TC kimlik numarasına benzeyen on bir rakam var; etiket günlükte açık durur ve silinemez: başka bir etiket verin",
			"the label holds eleven digits like a TC number; a label stands in the log in clear and can never be erased: give another one")
	case !isDay(t.Day):
		return wrong("text_day", "metnin yürürlük günü 2026-11-22 biçiminde bir tarih olmalı", "the first day of a text is a date such as 2026-11-22")
	}
	return CheckBody(body)
}

// CheckBody tells whether these bytes can be registered as a text. Errors are of class Input: text_empty, text_too_large,
// text_encoding.
func CheckBody(body []byte) error {
	unfit := func(code, tr, en string) error { return fault.New(fault.Input, code, i18n.T(tr, en)) }
	switch {
	case len(body) == 0:
		return unfit("text_empty", "metin boş", "the text is empty")
	case len(body) > maxText:
		return unfit("text_too_large", "metin 1 MiB'den büyük", "the text is larger than 1 MiB")
	case !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0:
		return unfit("text_encoding", "metin UTF-8 değil ya da NUL karakteri içeriyor", "the text is not UTF-8, or holds a NUL character")
	}
	return nil
}

// validLabel tells what may name a text: something that people can read, and that cannot be taken for a SHA-256.
func validLabel(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxLabel && strings.TrimSpace(s) == s &&
		!strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) &&
		(len(s) != 64 || strings.Trim(s, "0123456789abcdefABCDEF") != "")
}

// Texts gives the legal texts by ascending sequence number. The first error ends it: class Integrity for a text that does
// not agree with its entry, those of the store, or the context's.
func (l *Log) Texts(ctx context.Context) iter.Seq2[Text, error] {
	return func(yield func(Text, error) bool) {
		last := int64(-1)
		for {
			page, err := l.textPage(ctx, last)
			if err != nil {
				yield(Text{}, err)
				return
			}
			for _, t := range page {
				if !yield(t, nil) {
					return
				}
				last = t.Seq
			}
			if len(page) < pageRows {
				return
			}
		}
	}
}

func (l *Log) textPage(ctx context.Context, after int64) ([]Text, error) {
	rows, err := l.st.Read().QueryContext(ctx, textsAfter, after, pageRows)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	var page []Text
	for rows.Next() {
		t, err := scanText(rows.Scan)
		if err != nil {
			return nil, l.explain(ctx, err)
		}
		page = append(page, t)
	}
	return page, l.explain(ctx, rows.Err())
}

// Text gives a text and its exact bytes, by its label or its SHA-256 (whole, lower case). Errors: class Negative,
// text_unknown; class Integrity, consent_damaged, for bytes that are not those that were registered; those of the store.
func (l *Log) Text(ctx context.Context, ref string) (Text, []byte, error) {
	statement, by := refer(ref)
	t, ok, err := findText(ctx, l.st.Read(), statement, by)
	if err != nil {
		return Text{}, nil, l.explain(ctx, err)
	}
	if !ok {
		return Text{}, nil, l.noText(ctx, ref)
	}
	var body []byte
	if err := l.st.Read().QueryRowContext(ctx, textBody, t.Seq).Scan(&body); err != nil {
		return Text{}, nil, l.explain(ctx, err)
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != t.SHA256 {
		return Text{}, nil, damaged(t.Seq, errEntry)
	}
	return t, body, nil
}

// noText says that there is no such text, and which label is near to the one that was asked for. Texts are few.
func (l *Log) noText(ctx context.Context, ref string) error {
	var labels []string
	for t, err := range l.Texts(ctx) {
		if err != nil {
			break // it was not asked for; that one has no place in a list of what is near
		}
		labels = append(labels, t.Label)
	}
	hint := i18n.T("kayıtlı metinleri `iskurctl consent text list` gösterir", "`iskurctl consent text list` shows the texts that are registered")
	if near := fault.Nearest(ref, labels); near != "" {
		hint = i18n.Join("; ", i18n.Tf("şunu mu demek istediniz: %s", "did you mean: %s", near), hint)
	}
	return fault.New(fault.Negative, "text_unknown", i18n.T("bu etiketle ya da SHA-256 ile kayıtlı bir metin yok", "no text is registered under this label or SHA-256")).WithHint(hint)
}

// refer tells how to look for a text.
func refer(ref string) (statement string, by any) {
	if isSHA256(ref) {
		sum, _ := hex.DecodeString(ref)
		return textByHash, sum
	}
	return textByLabel, ref
}

// querier is a transaction, or the pool of readers.
type querier interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

func findText(ctx context.Context, q querier, statement string, by any) (t Text, ok bool, err error) {
	t, err = scanText(q.QueryRowContext(ctx, statement, by).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Text{}, false, nil
	}
	return t, err == nil, err
}

// scanText takes a row of selectTexts when it agrees with its entry.
func scanText(scan func(...any) error) (t Text, err error) {
	var sum, raw, hash []byte
	if err := scan(&t.Seq, &t.Kind, &t.Label, &t.Language, &sum, &t.Day, &t.Bytes, &raw, &hash); err != nil {
		return t, err
	}
	t.SHA256 = hex.EncodeToString(sum)
	var leaf ledger.Leaf
	entry := Text{Seq: t.Seq}
	if h := tlog.RecordHash(raw); !bytes.Equal(h[:], hash) || ledger.ParseLeaf(raw, &leaf) != nil || !readText(&leaf, &entry) || entry != t {
		return t, damaged(t.Seq, errEntry)
	}
	return t, nil
}

// forRules gives the text as the rules of succession know it; of the zero Text the zero one.
func (t Text) forRules() event.Text {
	if t.Label == "" {
		return event.Text{}
	}
	return event.Text{Seq: t.Seq, Kind: t.Kind, Label: t.Label, Language: t.Language, SHA256: t.SHA256, From: t.from()}
}

// from is the beginning of the text's first day in Istanbul.
func (t Text) from() time.Time {
	at, _ := event.Day(t.Day) // was checked when it was read
	return at
}
