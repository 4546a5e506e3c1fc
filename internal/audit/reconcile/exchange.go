package reconcile

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"io"
	"iter"
	"strconv"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// An exchange file lets two parties that hold one key compare their logs without showing them. It is NDJSON:
//
//	{"k":"exchange/1","from":"…Z","to":"…Z","key_check":"<tag>"}
//	{"seq":0,"time":"…Z","tag":"…","user_method":"…","method_params":"…","method":"…"}
//	…
//	{"k":"end","rows":1,"mac":"<HMAC-SHA256>"}
//
// Tags are base64url without padding. Of a row without a user the tags that need one are "". The last line tells a file
// that was cut short from one that is complete, and its mac, over all bytes before the line, one that somebody without the
// key has changed: tags alone would let rows be left out, moved in time or taken from another file.
const (
	exchangeKind = "exchange/1"
	endKind      = "end"
	fileDomain   = "iskurctl/exchange-file/1\x00"
	timeLayout   = "2006-01-02T15:04:05.000Z"
)

// Header says which times [From, To) an exchange file covers.
type Header struct{ From, To time.Time }

// Tagged is a row of an exchange file.
type Tagged struct {
	Seq  int64
	Time time.Time
	Tags Tags
}

// WriteExchange writes rows under the key that both parties hold. Errors: class Usage, exchange_key_short; the rows'
// own; class Output, exchange_write.
func WriteExchange(w io.Writer, key []byte, h Header, rows iter.Seq2[Row, error]) error {
	t, err := newTagger(key)
	if err != nil {
		return err
	}
	mac := fileMAC(key)
	buffer := bufio.NewWriterSize(w, 64<<10)
	out := io.MultiWriter(mac, buffer)
	line := append([]byte(nil), `{"k":"`+exchangeKind+`","from":"`...)
	line = h.From.UTC().AppendFormat(line, timeLayout)
	line = h.To.UTC().AppendFormat(append(line, `","to":"`...), timeLayout)
	line = append(appendTag(append(line, `","key_check":"`...), t.tag([]byte(keyCheck))), "\"}\n"...)
	if _, err := out.Write(line); err != nil {
		return faultWrite(err)
	}
	n := int64(0)
	for r, err := range rows {
		if err != nil {
			return err
		}
		line = appendTagged(line[:0], Tagged{Seq: r.Ref, Time: r.Time, Tags: t.row(r)})
		if _, err := out.Write(line); err != nil {
			return faultWrite(err)
		}
		n++
	}
	line = strconv.AppendInt(append(line[:0], `{"k":"`+endKind+`","rows":`...), n, 10)
	line = base64.RawURLEncoding.AppendEncode(append(line, `,"mac":"`...), mac.Sum(nil))
	if _, err := buffer.Write(append(line, "\"}\n"...)); err != nil {
		return faultWrite(err)
	}
	if err := buffer.Flush(); err != nil {
		return faultWrite(err)
	}
	return nil
}

// fileMAC is over the bytes of a file before its last line.
func fileMAC(key []byte) hash.Hash {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(fileDomain))
	return mac
}

func appendTagged(dst []byte, r Tagged) []byte {
	dst = strconv.AppendInt(append(dst, `{"seq":`...), r.Seq, 10)
	dst = r.Time.UTC().Truncate(time.Millisecond).AppendFormat(append(dst, `,"time":"`...), timeLayout)
	dst = append(dst, `","tag":"`...)
	if r.Tags.HasUser {
		dst = appendTag(dst, r.Tags.Full)
	}
	dst = append(dst, `","user_method":"`...)
	if r.Tags.HasUser {
		dst = appendTag(dst, r.Tags.UserMethod)
	}
	dst = appendTag(append(dst, `","method_params":"`...), r.Tags.MethodParams)
	dst = appendTag(append(dst, `","method":"`...), r.Tags.Method)
	return append(dst, "\"}\n"...)
}

func appendTag(dst []byte, t Tag) []byte { return base64.RawURLEncoding.AppendEncode(dst, t[:]) }

// ReadExchange reads a file that the other party wrote under our common key. Errors, of the call or of the sequence, which
// can be ranged over once: class Unverifiable, exchange_key_other, for a file of another key; class Integrity,
// exchange_altered, for one that is not as it was written; class Input, exchange_header, exchange_row with the line,
// exchange_cut for a file without its last line. Neither header nor rows are to be believed before the sequence has ended
// without an error.
func ReadExchange(r io.Reader, key []byte) (Header, iter.Seq2[Tagged, error], error) {
	t, err := newTagger(key)
	if err != nil {
		return Header{}, nil, err
	}
	in := bufio.NewReaderSize(r, 64<<10)
	first, err := in.ReadSlice('\n')
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return Header{}, nil, faultRead(err)
	}
	if err != nil {
		return Header{}, nil, faultHeader()
	}
	p := newParser()
	h, check, err := p.readHeader(string(bytes.TrimSpace(first)))
	if err != nil {
		return Header{}, nil, err
	}
	if check != t.tag([]byte(keyCheck)) {
		return Header{}, nil, fault.New(fault.Unverifiable, "exchange_key_other", i18n.T("değişim dosyası başka bir anahtarla yazılmış", "the exchange file was written under another key")).
			WithHint(i18n.T("iki tarafın da aynı değişim anahtarını kullandığını denetleyin", "check that both parties use the same exchange key"))
	}
	mac := fileMAC(key)
	_, _ = mac.Write(first)
	return h, func(yield func(Tagged, error) bool) { p.readTagged(in, mac, yield) }, nil
}

func (p *parser) readHeader(line string) (h Header, check Tag, err error) {
	var kind, from, to, code string
	p.reset(line)
	fields := map[string]*string{"k": &kind, "from": &from, "to": &to, "key_check": &code}
	err = p.object(func(name string) error {
		if dst := fields[name]; dst != nil {
			return p.text(dst)
		}
		return p.skip()
	})
	if err == nil {
		err = p.end(faultHeader)
	}
	if err == nil {
		h.From, err = parseTime(from)
	}
	if err == nil {
		h.To, err = parseTime(to)
	}
	if err == nil {
		err = parseTag(code, &check)
	}
	if err != nil || kind != exchangeKind {
		return Header{}, Tag{}, faultHeader()
	}
	return h, check, nil
}

// readTagged gives the rows behind the header, and sees at the last line whether mac is the file's.
func (p *parser) readTagged(in *bufio.Reader, mac hash.Hash, yield func(Tagged, error) bool) {
	fail := func(err error) { yield(Tagged{}, err) }
	rows := int64(0)
	for line := int64(2); ; line++ {
		text, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			fail(faultRead(err))
			return
		}
		if len(text) == 0 {
			fail(faultCut())
			return
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			fail(atLine(line, badTagged()))
			return
		}
		r, end, err := p.taggedLine(string(bytes.TrimSpace(text)))
		switch {
		case err != nil:
			fail(atLine(line, err))
			return
		case end != nil:
			if err := end.check(mac.Sum(nil), rows); err != nil {
				fail(err)
			} else if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
				fail(atLine(line+1, badTagged()))
			}
			return
		}
		_, _ = mac.Write(text)
		if !yield(r, nil) {
			return
		}
		rows++
	}
}

// lastLine is what the end of a file says of it.
type lastLine struct {
	rows int64
	mac  string
}

func (l lastLine) check(mac []byte, rows int64) error {
	got, err := base64.RawURLEncoding.Strict().DecodeString(l.mac)
	switch {
	case err != nil || !hmac.Equal(got, mac):
		return faultAltered()
	case l.rows != rows:
		return faultCut()
	}
	return nil
}

// taggedRow is a line of an exchange file before its parts are checked.
type taggedRow struct{ kind, time, full, user, params, method, seq, rows, mac string }

func (r *taggedRow) member(name string) *string {
	switch name {
	case "k":
		return &r.kind
	case "time":
		return &r.time
	case "tag":
		return &r.full
	case "user_method":
		return &r.user
	case "method_params":
		return &r.params
	case "method":
		return &r.method
	case "seq":
		return &r.seq
	case "rows":
		return &r.rows
	case "mac":
		return &r.mac
	}
	return nil
}

// taggedLine reads a row, or the last line, which gives end.
func (p *parser) taggedLine(text string) (r Tagged, end *lastLine, err error) {
	var raw taggedRow
	p.reset(text)
	err = p.object(func(name string) error {
		dst := raw.member(name)
		switch {
		case dst == nil:
			return p.skip()
		case dst != &raw.seq && dst != &raw.rows:
			return p.text(dst)
		case p.dec.PeekKind() != '0':
			return errSyntax
		}
		t, err := p.dec.ReadToken()
		*dst = t.String()
		return err
	})
	if err == nil {
		err = p.end(badTagged)
	}
	if err == nil {
		r, end, err = raw.check()
	}
	if err != nil {
		return Tagged{}, nil, badTagged()
	}
	return r, end, nil
}

func (r *taggedRow) check() (out Tagged, end *lastLine, err error) {
	switch r.kind {
	case "":
	case endKind:
		end = &lastLine{mac: r.mac}
		if end.rows, err = strconv.ParseInt(r.rows, 10, 64); end.rows < 0 {
			err = errSyntax
		}
		return out, end, err
	default:
		return out, nil, errSyntax
	}
	if out.Seq, err = strconv.ParseInt(r.seq, 10, 64); err != nil {
		return out, nil, err
	}
	if out.Time, err = parseTime(r.time); err != nil {
		return out, nil, err
	}
	out.Tags.HasUser = r.full != "" || r.user != ""
	for _, t := range []struct {
		text   string
		to     *Tag
		wanted bool
	}{{r.full, &out.Tags.Full, out.Tags.HasUser}, {r.user, &out.Tags.UserMethod, out.Tags.HasUser},
		{r.params, &out.Tags.MethodParams, true}, {r.method, &out.Tags.Method, true}} {
		if t.wanted {
			if err := parseTag(t.text, t.to); err != nil {
				return out, nil, err
			}
		}
	}
	return out, nil, nil
}

func parseTag(s string, t *Tag) error {
	var buf [18]byte
	if len(s) != base64.RawURLEncoding.EncodedLen(len(t)) {
		return errSyntax
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(buf[:], []byte(s)); err != nil {
		return errSyntax
	}
	copy(t[:], buf[:])
	return nil
}

func badTagged() error {
	return problem{"exchange_row", i18n.T("satır değişim biçiminde değil", "the line is not of the exchange format"),
		i18n.T("dosyayı gönderen kurumdan yeniden isteyin", "ask the party that sent the file for it again")}
}

func faultHeader() error {
	return fault.New(fault.Input, "exchange_header", i18n.T("1. satır bir değişim dosyasının başlığı değil", "line 1 is not the header of an exchange file")).
		WithHint(i18n.T("dosyayı gönderen kurumdan yeniden isteyin", "ask the party that sent the file for it again"))
}

func faultCut() error {
	return fault.New(fault.Input, "exchange_cut", i18n.T("değişim dosyası eksik: son satırı ya da bazı satırları yok", "the exchange file is incomplete: its last line, or some line, is missing")).
		WithHint(i18n.T("dosyayı gönderen kurumdan yeniden isteyin", "ask the party that sent the file for it again"))
}

func faultAltered() error {
	return fault.New(fault.Integrity, "exchange_altered", i18n.T("değişim dosyası yazıldıktan sonra değiştirilmiş", "the exchange file was changed after it was written")).
		WithHint(i18n.T("dosyayı gönderen kurumdan, başka bir yoldan yeniden isteyin", "ask the party that sent the file for it again, by another way"))
}

func faultWrite(err error) error {
	return fault.New(fault.Output, "exchange_write", i18n.Tf("değişim dosyası yazılamadı: %s", "the exchange file could not be written: %s", fault.Cause(err))).Because(err)
}
