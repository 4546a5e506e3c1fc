package consent

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/ledger"
)

// rows gives the cells of the table below a header line.
func (d formats) rows(t *testing.T, header string) (rows [][]string) {
	t.Helper()
	_, rest, ok := strings.Cut(d.text, "\n"+header+"\n")
	if !ok {
		t.Fatalf("the document has no table %q", header)
	}
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, "|") {
			break
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if !strings.HasPrefix(cells[0], "---") {
			rows = append(rows, cells)
		}
	}
	return rows
}

var quotedWord = regexp.MustCompile("`([^`]+)`")

// words gives what stands between backquotes.
func words(cell string) (list []string) {
	for _, m := range quotedWord.FindAllStringSubmatch(cell, -1) {
		list = append(list, m[1])
	}
	return list
}

// Every kind of entry is written once by the program; the table has exactly its members.
func TestTheFormatsListTheMembersOfEveryKindOfTheConsentLog(t *testing.T) {
	d := readFormats(t)
	told := make(map[string][]string)
	meaning := make(map[string]string)
	kind := ""
	for _, row := range d.rows(t, "| kind of the consent log | member | type | meaning |") {
		if row[0] != "" {
			kind = strings.Trim(row[0], "`")
		}
		told[kind] = append(told[kind], words(row[1])...)
		for _, m := range words(row[1]) {
			meaning[kind+" "+m] = strings.Join(row[3:], "")
		}
	}
	for of, list := range map[string][]string{"consent/1 channel": event.Channels(), "consent/1 items": event.Items(), "erased/1 ground": Grounds(), "text/1 language": event.Languages()} {
		if !slices.Equal(words(meaning[of]), list) {
			t.Errorf("%s: %v, the document says %v", of, list, words(meaning[of]))
		}
	}
	for _, a := range event.Acts() {
		for _, word := range append(event.Steps(a), event.Step(a)) {
			if !slices.Contains(words(meaning["consent/1 event"]), string(word)) {
				t.Errorf("%s is missing", word)
			}
		}
	}

	b := newBed(t).texts(t)
	ctx := context.Background()
	captcha := true
	for _, step := range []event.Event{eventAt(0, 1, event.Notice, event.Presented, "aydinlatma-1"), eventAt(0, 2, event.Consent, event.Given, "riza-1"),
		eventAt(0, 3, event.Consent, event.Given, "riza-2")} {
		step.Captcha = &captcha
		got(b.Record(ctx, step))(t)
	}
	got(b.Erase(ctx, Erasure{TCs: []string{tcNumber(0)}, Ground: "request"}, func(Erased) error { return nil }))(t)
	head, _, err := b.Ledger().Head(ctx)
	must(t, err)
	members := make(map[string][]string)
	var leaf ledger.Leaf
	for e, err := range b.Ledger().Source().Entries(ctx, 0, head.Size) {
		must(t, err)
		must(t, ledger.ParseLeaf(e.Leaf, &leaf))
		for i := range leaf.Keys() {
			members[leaf.Kind] = append(members[leaf.Kind], string(leaf.Key(i)))
		}
	}
	for kind, there := range members {
		slices.Sort(there)
		want := told[kind]
		slices.Sort(want)
		if there = slices.Compact(there); !slices.Equal(there, want) {
			t.Errorf("%s has %v, the document says %v", kind, there, want)
		}
	}
	if len(members) != len(told) {
		t.Errorf("the document has other kinds: %v", slices.Sorted(maps.Keys(told)))
	}

	var names []string
	for _, row := range d.rows(t, "| name in the consent log | value: a string, not empty |") {
		names = append(names, words(row[0])...)
	}
	if slices.Sort(names); !slices.Equal(names, event.PersonalNames()) {
		t.Errorf("the document has the personal values %v", names)
	}
}

func TestTheFormatsShowTheTableAndTheTablesOfTheConsentLog(t *testing.T) {
	d := readFormats(t)
	header := strings.Join(recordsHeader, ",") + "\n"
	if !strings.Contains(d.text, "\n```text\n"+header+"```\n") || !strings.HasPrefix(d.block(t, "consent records"), header) {
		t.Error("the header of records.csv is another one")
	}
	rows, err := newBed(t).store.Read().Query(`SELECT s.name, group_concat(c.name || ' ' || c.type, ', ' ORDER BY c.cid) FROM sqlite_schema s, pragma_table_info(s.name) c
WHERE s.type = 'table' AND s.name LIKE 'consent\_%' ESCAPE '\' GROUP BY s.name ORDER BY s.name`)
	must(t, err)
	defer func() { _ = rows.Close() }()
	var there []string
	for rows.Next() {
		var table, columns string
		must(t, rows.Scan(&table, &columns))
		if own := table + "(" + columns + ")"; !strings.Contains(d.block(t, "store"), strings.Replace(own, "consent_", "audit_", 1)+"\n") {
			there = append(there, own)
		}
	}
	must(t, rows.Err())
	told := strings.Split(strings.TrimSpace(d.block(t, "consent store")), "\n")
	if slices.Sort(told); !slices.Equal(there, told) {
		t.Errorf("%s\nin the document:\n%s", strings.Join(there, "\n"), strings.Join(told, "\n"))
	}
	if !strings.Contains(d.text, "`consent_log`, `consent_leaf`, `consent_tile`, `consent_sealed` and `consent_mark`") {
		t.Error("the document does not name the tables that both logs have")
	}
}
