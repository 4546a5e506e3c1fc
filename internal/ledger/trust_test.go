package ledger

import (
	"bytes"
	"strings"
	"testing"

	"iskurctl/internal/fault"
)

func TestATrustFileIsReadBack(t *testing.T) {
	_, _, vkey := testKey(t, testOrigin, 1)
	for _, want := range []Trust{
		{Vkey: vkey}, {Vkey: vkey, Size: 1000500, Root: Hash{1, 2, 3}}, {Vkey: vkey, Size: MaxInt, Root: Hash{255}, Scrub: 81920}, {Vkey: foreignKey, Size: 1, Scrub: MaxInt},
	} {
		b := want.Bytes()
		got, err := ParseTrust(b)
		if err != nil || got != want {
			t.Errorf("%s\n%+v, %v", b, got, err)
		}
		if strings.Contains(string(b), "scrub") != (want.Scrub != 0) {
			t.Errorf("%s", b)
		}
	}
}

func TestATrustFileMayBeAnnotated(t *testing.T) {
	const file = "# audit, 22.11.2026, from the owner\n\nlog " + foreignKey + "\n# şu boyutta görüldü\nsize 56\nroot 7azctENRYLlBCBQ5OX2qxxIKCTOeCda1KfTwjdt0wdA=\n\n#\nscrub 7"
	got, err := ParseTrust([]byte(file))
	if err != nil || got.Vkey != foreignKey || got.Size != 56 || got.Root.String() != "7azctENRYLlBCBQ5OX2qxxIKCTOeCda1KfTwjdt0wdA=" || got.Scrub != 7 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatAPersonNotedInTheTrustFileStays(t *testing.T) {
	trust, err := ParseTrust([]byte("log " + foreignKey + "\nsize 56\nroot 7azctENRYLlBCBQ5OX2qxxIKCTOeCda1KfTwjdt0wdA=\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := string(trust.Renewed([]byte("# one\nlog x\n\n#two\nsize 1\n # none\n# three")))
	if got != "# one\n#two\n# three\n"+string(trust.Bytes()) {
		t.Errorf("%s", got)
	}
	long := trust.Renewed(bytes.Repeat([]byte("# "+strings.Repeat("x", 97)+"\n"), 40))
	if again, err := ParseTrust(long); err != nil || again != trust || !strings.HasPrefix(string(long), "# xxx") {
		t.Errorf("%v, %d bytes", err, len(long))
	}
}

func TestAMalformedTrustFileIsUnverifiableAndSaysHowToGetOne(t *testing.T) {
	const (
		log  = "log " + foreignKey + "\n"
		size = "size 56\n"
		root = "root 7azctENRYLlBCBQ5OX2qxxIKCTOeCda1KfTwjdt0wdA=\n"
	)
	if _, err := ParseTrust([]byte(log + size + root)); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"nothing": "", "only remarks": "# x\n\n", "no log": size + root, "no size": log + root, "no root": log + size, "another order": size + log + root, "scrub before root": log + size + "scrub 1\n" + root,
		"log twice": log + log + size + root, "root twice": log + size + root + root, "scrub twice": log + size + root + "scrub 1\nscrub 1\n", "an unknown line": log + size + root + "witness x\n",
		"a line behind scrub": log + size + root + "scrub 1\nx\n", "CR LF": strings.ReplaceAll(log+size+root, "\n", "\r\n"), "CR in the key": strings.Replace(log, "\n", "\r\n", 1) + size + root,
		"two blanks": "log  " + foreignKey + "\n" + size + root, "a tab": "log\t" + foreignKey + "\n" + size + root, "a blank at the end": log + "size 56 \n" + root, "a blank at the start": " " + log + size + root,
		"a blank line that is not empty": log + " \n" + size + root, "a remark behind a value": log + "size 56 # x\n" + root, "capitals": "Log " + foreignKey + "\n" + size + root, "a byte-order mark": "\ufeff" + log + size + root,
		"no key": "log \n" + size + root, "a bare log": "log\n" + size + root, "a key cut short": "log " + foreignKey[:len(foreignKey)-4] + "\n" + size + root,
		"a key under another name": "log x" + foreignKey + "\n" + size + root, "a key with another id": strings.Replace(log, "+f77c6276+", "+f77c6277+", 1) + size + root,
		"a key in another spelling": strings.Replace(log, "+f77c6276+", "+F77C6276+", 1) + size + root, "a signing key": "log PRIVATE+KEY+a+00000000+AA==\n" + size + root,
		"a leading zero": log + "size 056\n" + root, "a negative size": log + "size -1\n" + root, "2^53": log + "size 9007199254740992\n" + root, "separators": log + "size 1,000\n" + root, "no digits": log + "size \n" + root,
		"31 bytes": log + size + "root 7azctENRYLlBCBQ5OX2qxxIKCTOeCda1KfTwjdt0wQ==\n", "hexadecimal": log + size + "root " + strings.Repeat("ab", 32) + "\n", "spare bits": log + size + "root 7azctENRYLlBCBQ5OX2qxxIKCTOeCda1KfTwjdt0wdB=\n",
		"a negative scrub": log + size + root + "scrub -1\n", "over 4 KiB": log + size + root + strings.Repeat("#", maxTrust), "NUL": log + "size 5\x006\n" + root,
	} {
		got, err := ParseTrust([]byte(file))
		e := fault.From(err)
		if err == nil || e.Class != fault.Unverifiable || e.Code != "trust_malformed" || got != (Trust{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		if !strings.Contains(e.Hint.EN, "iskurctl audit checkpoint --out FILE") || !strings.Contains(e.Hint.TR, "iskurctl audit checkpoint --out DOSYA") {
			t.Errorf("%s: the hint is %q", name, e.Hint)
		}
		if strings.Contains(e.Message.EN+e.Message.TR, "f77c") {
			t.Errorf("%s: the message repeats the file: %s", name, e.Message.EN)
		}
	}
}

func FuzzATrustFileThatIsReadIsWrittenAlike(f *testing.F) {
	f.Add([]byte("log " + foreignKey + "\nsize 56\nroot 7azctENRYLlBCBQ5OX2qxxIKCTOeCda1KfTwjdt0wdA=\nscrub 7\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		trust, err := ParseTrust(b)
		if err != nil {
			return
		}
		again, err := ParseTrust(trust.Bytes())
		if err != nil || again != trust {
			t.Fatalf("%+v became %+v (%v)", trust, again, err)
		}
		for line := range bytes.Lines(trust.Bytes()) {
			if !bytes.Contains(b, bytes.TrimSuffix(line, []byte("\n"))) && !bytes.HasPrefix(line, []byte("scrub ")) {
				t.Fatalf("the line %q does not stand in %q", line, b)
			}
		}
	})
}
