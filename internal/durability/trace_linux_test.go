package durability_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// kind is what a step of a trace does.
type kind int

const (
	frame     kind = iota // the head of a page of the -wal was written
	page                  // the page itself was written
	syncBegin             // a sync of the -wal was entered
	syncEnd               // a sync of the -wal has succeeded
	request               // the first bytes of a request are handed to the connection
)

// step is what the checker needs of one system call.
type step struct {
	kind   kind
	line   int  // of the trace; a sync's two steps bear the line of its beginning
	number int  // frame: the number of the page
	commit bool // frame: the page ends a transaction
	rows   int  // page: how many log rows of queries it holds
}

// marker stands in clear in the log row of every query by number, whatever else of the row is sealed (the method is
// what the protocol names the operation), and in no other row.
const marker = "TCKimlikNoIleBelgeSorgulama"

// tracing is the part of strace's command line that makes the traces which parse reads: every string in full and in
// hexadecimal digits.
func tracing(out string) []string {
	return []string{"-yy", "-xx", "-s", "5000", "-e", "trace=fsync,fdatasync,pwrite64,write,sendto,writev", "-o", out}
}

// parse reads a trace. wal is the path of the store's -wal. A call that another thread's lines interrupt stands on two
// lines: it begins on the first, and what it did is done on the second.
func parse(file, wal string) ([]step, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := parser{wal: []byte("<" + hexed(wal) + ">"), open: map[string]call{}}
	lines := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if len(line) == 0 && err != nil {
			break
		}
		if err := p.line(n, bytes.TrimSuffix(line, []byte("\n"))); err != nil {
			return nil, fmt.Errorf("line %d of the trace: %w", n, err)
		}
	}
	return p.steps, nil
}

func hexed(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	return b.String()
}

// call is a system call that was entered.
type call struct {
	line       int
	name, args string
}

type parser struct {
	wal   []byte
	open  map[string]call // by thread
	steps []step
}

// line takes one of these forms: `TID name(args) = ret`, `TID name(args <unfinished ...>`, `TID <... name resumed>) = ret`.
func (p *parser) line(n int, text []byte) error {
	tid, rest, _ := strings.Cut(string(text), " ")
	rest = strings.TrimLeft(rest, " ")
	if strings.HasPrefix(rest, "<... ") {
		c, ok := p.open[tid]
		if !ok {
			return errors.New("a call goes on that did not begin")
		}
		delete(p.open, tid)
		return p.done(c, rest)
	}
	name, args, ok := strings.Cut(rest, "(")
	if !ok || strings.HasPrefix(rest, "+++") || strings.HasPrefix(rest, "---") {
		return nil
	}
	c := call{line: n, name: name, args: args}
	p.begun(c)
	if strings.HasSuffix(args, "<unfinished ...>") {
		p.open[tid] = c
		return nil
	}
	return p.done(c, args)
}

func (p *parser) begun(c call) {
	switch {
	case p.syncs(c):
		p.steps = append(p.steps, step{kind: syncBegin, line: c.line})
	case strings.Contains(c.args[:min(len(c.args), 100)], "<TCP") && strings.Contains(c.args, `"`+hexed("POST ")):
		p.steps = append(p.steps, step{kind: request, line: c.line})
	}
}

func (p *parser) syncs(c call) bool {
	return (c.name == "fsync" || c.name == "fdatasync") && strings.Contains(c.args, string(p.wal))
}

// done looks at a call that has returned; end is the text that the result stands in.
func (p *parser) done(c call, end string) error {
	at := strings.LastIndex(end, ") ")
	if at < 0 {
		return errors.New("a call without a result")
	}
	result := strings.TrimLeft(end[at+2:], " ")
	if p.syncs(c) {
		if result == "= 0" {
			p.steps = append(p.steps, step{kind: syncEnd, line: c.line})
		}
		return nil
	}
	if c.name != "pwrite64" || !strings.Contains(c.args, string(p.wal)) {
		return nil
	}
	_, quoted, _ := strings.Cut(c.args, `, "`)
	digits, after, ok := strings.Cut(quoted, `"`)
	data, err := hex.DecodeString(strings.ReplaceAll(digits, `\x`, ""))
	if !ok || err != nil || strings.HasPrefix(after, "...") || result != fmt.Sprintf("= %d", len(data)) {
		return errors.New("a write of the -wal that cannot be read, or that fell short")
	}
	// https://www.sqlite.org/fileformat2.html#walformat: a head of 24 bytes with the page's number and, on the last page of
	// a transaction, the size of the database; then the page. The file's own head has 32 bytes.
	switch len(data) {
	case 24:
		p.steps = append(p.steps, step{kind: frame, line: c.line, number: int(binary.BigEndian.Uint32(data)), commit: binary.BigEndian.Uint32(data[4:]) != 0})
	case 32:
	default:
		p.steps = append(p.steps, step{kind: page, line: c.line, rows: markedRows(data)})
	}
	return nil
}

// markedRows counts the rows with the marker on a page of a table (fileformat2.html#b_tree_pages). Only rows that are in
// use count: bytes of moved ones may linger between them.
func markedRows(p []byte) int {
	const leafOfTable = 0x0d
	if len(p) < 512 || p[0] != leafOfTable {
		return 0
	}
	rows := 0
	for i := range int(binary.BigEndian.Uint16(p[3:])) {
		at := int(binary.BigEndian.Uint16(p[8+2*i:]))
		size, n := varint(p[at:])
		_, m := varint(p[at+n:]) // the row's number
		at += n + m
		if bytes.Contains(p[at:min(at+size, len(p))], []byte(marker)) {
			rows++
		}
	}
	return rows
}

// varint reads SQLite's: big-endian, seven bits a byte, eight in the ninth.
func varint(p []byte) (v, n int) {
	for n = 0; n < 8; n++ {
		v = v<<7 | int(p[n]&0x7f)
		if p[n] < 0x80 {
			return v, n + 1
		}
	}
	return v<<8 | int(p[8]), 9
}
