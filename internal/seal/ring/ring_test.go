package ring

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"iskurctl/internal/fault"
	"iskurctl/internal/seal"
	"iskurctl/internal/store"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantFault(t *testing.T, err error, class fault.Class, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if f := fault.From(err); f.Class != class || f.Code != code {
		t.Fatalf("got class %d code %s, want %d %s (%v)", f.Class, f.Code, class, code, err)
	}
}

// masterKeys are the working keys of a master key made of the bytes first, first+1, …
func masterKeys(first byte) (*seal.Keys, error) {
	raw := make([]byte, 32)
	for i := range raw {
		raw[i] = first + byte(i)
	}
	text, err := seal.GenerateMaster(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	m, err := seal.ParseMaster(text)
	if err != nil {
		return nil, err
	}
	return seal.Derive(m)
}

func ringOn(t testing.TB, st *store.Store, first byte) *Ring {
	t.Helper()
	keys, err := masterKeys(first)
	must(t, err)
	return Open(st, keys, rand.Reader)
}

func fresh(t testing.TB) (*Ring, *store.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys", "iskurctl.db")
	st, err := store.Create(t.Context(), store.Options{Path: path, Migrations: Migrations})
	must(t, err)
	t.Cleanup(func() { _ = st.Close() })
	return ringOn(t, st, 1), st, path
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// mark is the same for two keys only when they are one.
func mark(k *seal.DataKey) (string, error) {
	b, err := k.Seal(nil, zeros{}, []byte("mark"), "l", 0)
	return fmt.Sprintf("%x", b), err
}

func marked(t *testing.T, k *seal.DataKey, err error) string {
	t.Helper()
	must(t, err)
	m, err := mark(k)
	must(t, err)
	return m
}

// raw changes the store past the ring.
func raw(t *testing.T, st *store.Store, text string, args ...any) error {
	t.Helper()
	return st.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(text, args...)
		return err
	})
}

func TestADataKeyIsMadeOnceAndFoundAgain(t *testing.T) {
	r, st, path := fresh(t)
	_, err := r.Find(t.Context(), "audit", 202611)
	wantFault(t, err, fault.Unverifiable, "data_key_missing")
	if text := fault.From(err).Message.TR; !strings.Contains(text, "audit/202611") {
		t.Errorf("the error does not name the key: %q", text)
	}
	k, err := r.Data(t.Context(), "audit", 202611)
	first := marked(t, k, err)
	if k.ID != 202611 {
		t.Fatalf("id %d", k.ID)
	}
	again, err := r.Data(t.Context(), "audit", 202611)
	if must(t, err); again != k {
		t.Error("a key in use is read again")
	}
	other, err := r.Data(t.Context(), "consent", 202611)
	if marked(t, other, err) == first {
		t.Error("two logs share a key")
	}
	next, err := r.Data(t.Context(), "audit", 202612)
	if marked(t, next, err) == first {
		t.Error("two months share a key")
	}
	must(t, st.Close())
	st, err = store.Open(t.Context(), store.Options{Path: path, Migrations: Migrations})
	must(t, err)
	defer func() { _ = st.Close() }()
	k, err = ringOn(t, st, 1).Find(t.Context(), "audit", 202611)
	if marked(t, k, err) != first {
		t.Fatal("another key after reopening")
	}
}

func TestRingsThatMakeOneKeyAtOnceEndWithTheSame(t *testing.T) {
	_, st, _ := fresh(t)
	var all sync.WaitGroup
	got := make(chan string, 16)
	for range cap(got) {
		r := ringOn(t, st, 1) // each with a memory of its own
		all.Go(func() {
			k, err := r.Data(t.Context(), "audit", 1)
			if err != nil {
				t.Error(err)
				return
			}
			m, err := mark(k)
			if err != nil {
				t.Error(err)
			}
			got <- m
		})
	}
	all.Wait()
	close(got)
	first := <-got
	for m := range got {
		if m != first {
			t.Fatal("two keys for one id")
		}
	}
}

func TestASigningKeyComesBackUnderItsVerifierKey(t *testing.T) {
	r, st, _ := fresh(t)
	s, vkey, err := r.NewSigner(t.Context(), "audit", "iskur.example/audit/1")
	must(t, err)
	again, err := ringOn(t, st, 1).Signer(t.Context(), vkey)
	must(t, err)
	a, err := s.Sign([]byte("m"))
	must(t, err)
	b, err := again.Sign([]byte("m"))
	must(t, err)
	if !bytes.Equal(a, b) || again.Name() != "iskur.example/audit/1" || again.KeyHash() != s.KeyHash() {
		t.Fatal("another key came back")
	}
	_, second, err := r.NewSigner(t.Context(), "audit", "iskur.example/audit/1")
	must(t, err)
	if second == vkey {
		t.Fatal("a new key is the old one")
	}
	_, err = r.Signer(t.Context(), vkey+"x")
	wantFault(t, err, fault.Unverifiable, "signing_key_missing")
	_, _, err = r.NewSigner(t.Context(), "audit", "a b")
	wantFault(t, err, fault.Usage, "signing_key_name")
}

func TestAnotherMasterKeyIsUnverifiableAndMakesNothingNew(t *testing.T) {
	r, st, _ := fresh(t)
	k, err := r.Data(t.Context(), "audit", 1)
	before := marked(t, k, err)
	_, vkey, err := r.NewSigner(t.Context(), "audit", "x/audit/1")
	must(t, err)
	other := ringOn(t, st, 2)
	_, err = other.Find(t.Context(), "audit", 1)
	wantFault(t, err, fault.Unverifiable, "seal_other_key")
	_, err = other.Data(t.Context(), "audit", 1)
	wantFault(t, err, fault.Unverifiable, "seal_other_key")
	_, err = other.Signer(t.Context(), vkey)
	wantFault(t, err, fault.Unverifiable, "seal_other_key")
	k, err = ringOn(t, st, 1).Find(t.Context(), "audit", 1)
	if marked(t, k, err) != before {
		t.Fatal("the key was replaced")
	}
}

func TestKeysInMemoryAreBounded(t *testing.T) {
	r, _, _ := fresh(t)
	wrapped, err := r.master.Seal(rand.Reader, make([]byte, seal.DataKeySize), slot{"consent", 0}.aad())
	must(t, err)
	_, err = r.unwrap(slot{"consent", 0}, wrapped, 0)
	must(t, err)
	for id := range int64(2 * maxCached) {
		at := slot{"consent", id + 1}
		wrapped, err := r.master.Seal(rand.Reader, make([]byte, seal.DataKeySize), at.aad())
		must(t, err)
		_, err = r.unwrap(at, wrapped, 0)
		must(t, err)
		if r.cache[at] == nil {
			t.Fatal("the newest key is not in memory")
		}
	}
	if len(r.cache) != maxCached {
		t.Fatalf("%d keys in memory, want %d", len(r.cache), maxCached)
	}
}

func TestRingNeverPrintsItselfAndErrorsHoldNoKey(t *testing.T) {
	r, st, _ := fresh(t)
	_, err := r.Data(t.Context(), "audit", 1)
	must(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if got := fmt.Sprintf(verb, r); got != "[key ring]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	// A key whose bytes would be seen, in the wrong place.
	keys, err := masterKeys(1)
	must(t, err)
	canary := []byte(strings.Repeat("KANARYA-", 4))
	wrapped, err := keys.Seal(rand.Reader, canary, slot{"audit", 7}.aad())
	must(t, err)
	must(t, raw(t, st, addDataKey, "audit", 8, wrapped))
	_, err = r.Find(t.Context(), "audit", 8)
	wantFault(t, err, fault.Integrity, "seal_damaged")
	wrapped, err = keys.Seal(rand.Reader, canary[:8], slot{"audit", 9}.aad())
	must(t, err)
	must(t, raw(t, st, addDataKey, "audit", 9, wrapped))
	_, short := r.Find(t.Context(), "audit", 9)
	wantFault(t, short, fault.Internal, "data_key")
	for _, e := range []error{err, short} {
		if strings.Contains(fmt.Sprintf("%v %+v", e, e), "KANARYA") {
			t.Error("an error holds a key")
		}
	}
}

func TestNoRandomNumbersNoKey(t *testing.T) {
	_, st, _ := fresh(t)
	keys, err := masterKeys(1)
	must(t, err)
	for n := range 44 { // 32 for the key, 12 for the nonce
		r := Open(st, keys, io.LimitReader(rand.Reader, int64(n)))
		_, err := r.Data(t.Context(), "audit", 1)
		wantFault(t, err, fault.Internal, "random")
		r = Open(st, keys, io.LimitReader(rand.Reader, int64(n)))
		_, _, err = r.NewSigner(t.Context(), "audit", "x")
		wantFault(t, err, fault.Internal, "random")
	}
	_, err = ringOn(t, st, 1).Find(t.Context(), "audit", 1)
	wantFault(t, err, fault.Unverifiable, "data_key_missing")
}

// A log may use a key store that signs for it, or, before it is started, one that holds no data key of a log so called.
func TestAKeyStoreOfAnotherStoreIsRefused(t *testing.T) {
	r, _, _ := fresh(t)
	owned := func(log, vkey string, started bool) error {
		return r.Owned(t.Context(), log, func() (string, bool, error) { return vkey, started, nil })
	}
	must(t, owned("audit", "", false))
	_, first, err := r.NewSigner(t.Context(), "audit", "x/audit/1")
	must(t, err)
	must(t, owned("audit", "", false)) // a process died, or another one is just starting the log
	must(t, owned("audit", first, true))
	wantFault(t, owned("audit", first+"x", true), fault.Unverifiable, "key_store_other")
	_, err = r.Data(t.Context(), "audit", 202611)
	must(t, err)
	_, second, err := r.NewSigner(t.Context(), "audit", "x/audit/1") // rotated
	must(t, err)
	must(t, owned("audit", first, true))
	must(t, owned("audit", second, true))
	wantFault(t, owned("audit", "", false), fault.Unverifiable, "key_store_other")
	must(t, owned("consent", "", false))
	must(t, r.Destroy(t.Context(), "audit", 202611))
	wantFault(t, owned("audit", "", false), fault.Unverifiable, "key_store_other")
}
