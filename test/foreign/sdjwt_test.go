package foreign

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// An entry is the payload of an SD-JWT (RFC 9901): with its disclosures the library sees all of a query, with one of them
// that one, with none it still verifies. What the library says is not believed, only what it shows: at this version it
// passes silently over a disclosure that belongs to no digest.
func TestAnSDJWTLibrarySeesWhatWasDisclosedAndNoMore(t *testing.T) {
	tool(t, "node")
	x := last(t)
	var line struct {
		Seq int64
		SD  []string
	}
	file, err := os.Open(filepath.Join(x.data, "disclosures.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(x.entry(t, line.Seq), []byte("TCKimlikNoIle")) {
			break
		}
	}
	entry := x.entry(t, line.Seq)
	clear, values := claims(t, entry), map[string]any{}
	for _, d := range line.SD {
		name, value := opened(t, d)
		values[name] = value
	}
	for _, want := range []string{"user", "params", "purpose"} {
		if values[want] == nil {
			t.Fatalf("no disclosure of %s: %v", want, values)
		}
	}
	name, value := opened(t, line.SD[0])
	forged := base64.RawURLEncoding.EncodeToString([]byte(`["c2FsdHNhbHRzYWx0c2FsdA","user","somebody else"]`))
	digest := bytes.Index(entry, []byte(`"_sd":["`)) + len(`"_sd":["`)
	if digest < len(`"_sd":["`) {
		t.Fatalf("no digests in %s", entry)
	}

	shown := sdjwt(t, string(entry), [][]string{line.SD, line.SD[:1], {}, {forged}, {line.SD[0], forged}})
	for i, c := range []struct {
		name    string
		refused bool // is as good
		want    map[string]any
	}{
		{"all disclosures", false, with(clear, values)},
		{"one disclosure", false, with(clear, map[string]any{name: value})},
		{"no disclosure", false, clear},
		{"a forged one", true, clear},
		{"a forged one beside a true one", true, with(clear, map[string]any{name: value})},
	} {
		if got := shown[i]; !reflect.DeepEqual(got, c.want) && !(c.refused && got == nil) {
			t.Errorf("%s: the library shows %v, want %v", c.name, got, c.want)
		}
	}

	// With a bit of a digest changed that disclosure no longer shows.
	changed := bytes.Clone(entry)
	for at := digest; changed[at] != ']'; at++ {
		if changed[at] != '"' && changed[at] != ',' {
			changed[at] = 'A'
		}
	}
	if got := sdjwt(t, string(changed), [][]string{line.SD})[0]; got != nil && !reflect.DeepEqual(got, clear) {
		t.Errorf("disclosures without their digests are shown: %v", got)
	}
}

// claims gives what an entry says in clear.
func claims(t *testing.T, entry []byte) (c map[string]any) {
	t.Helper()
	if err := json.Unmarshal(entry, &c); err != nil {
		t.Fatal(err)
	}
	delete(c, "_sd")
	delete(c, "_sd_alg")
	return c
}

func with(clear, more map[string]any) map[string]any {
	all := map[string]any{}
	for _, m := range []map[string]any{clear, more} {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

// opened reads a disclosure: [salt, name, value].
func opened(t *testing.T, disclosure string) (name string, value any) {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(disclosure)
	if err != nil {
		t.Fatal(err)
	}
	var parts []any
	if err := json.Unmarshal(raw, &parts); err != nil || len(parts) != 3 {
		t.Fatalf("%v: %s", err, raw)
	}
	return parts[1].(string), parts[2]
}

// sdjwt gives the claims that the library sees in each presentation, nil where it refuses one.
func sdjwt(t *testing.T, leaf string, presentations [][]string) (shown []map[string]any) {
	t.Helper()
	script(t, "sdjwt", "check.mjs", map[string]any{"leaf": leaf, "presentations": presentations}, &shown)
	if len(shown) != len(presentations) {
		t.Fatalf("%d answers to %d questions", len(shown), len(presentations))
	}
	return shown
}
