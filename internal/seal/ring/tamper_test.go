package ring

import (
	"database/sql"
	"testing"

	"iskurctl/internal/fault"
	"iskurctl/internal/store"
)

const dropTriggers = `DROP TRIGGER ring_data_key_fixed; DROP TRIGGER ring_data_key_kept;
DROP TRIGGER ring_signing_key_fixed; DROP TRIGGER ring_signing_key_kept`

func TestTheTablesRefuseEveryChangeButDestruction(t *testing.T) {
	r, st, _ := fresh(t)
	k, err := r.Data(t.Context(), "audit", 1)
	before := marked(t, k, err)
	_, vkey, err := r.NewSigner(t.Context(), "audit", "x/audit/1")
	must(t, err)
	for _, text := range []string{
		"DELETE FROM ring_data_key",
		"UPDATE ring_data_key SET log = 'b'",
		"UPDATE ring_data_key SET id = 2",
		"UPDATE ring_data_key SET wrapped = x'00'",
		"UPDATE ring_data_key SET wrapped = randomblob(length(wrapped))",
		"UPDATE ring_data_key SET wrapped = zeroblob(length(wrapped)), id = 2",
		"UPDATE ring_data_key SET wrapped = zeroblob(length(wrapped)), log = 'b'",
		"INSERT OR REPLACE INTO ring_data_key (log, id, wrapped) VALUES ('audit', 1, x'00')",
		"INSERT INTO ring_data_key (log, id, wrapped) VALUES ('audit', 1, x'00') ON CONFLICT DO UPDATE SET wrapped = excluded.wrapped",
		"INSERT INTO ring_data_key (log, id, wrapped) VALUES ('audit', 2, NULL)",
		"DELETE FROM ring_signing_key",
		"UPDATE ring_signing_key SET vkey = 'b'",
		"UPDATE ring_signing_key SET log = 'b'",
		"UPDATE ring_signing_key SET wrapped = zeroblob(length(wrapped))",
		"INSERT OR REPLACE INTO ring_signing_key SELECT vkey, log, x'00' FROM ring_signing_key",
	} {
		if fault.From(raw(t, st, text)).Code != "store_constraint" {
			t.Errorf("allowed: %s", text)
		}
	}
	r = ringOn(t, st, 1)
	k, err = r.Find(t.Context(), "audit", 1)
	if marked(t, k, err) != before {
		t.Fatal("the key changed")
	}
	_, err = r.Signer(t.Context(), vkey)
	must(t, err)
}

// Somebody with the file and an SQLite shell of their own changes one column.
func TestAChangeOfAnyColumnShows(t *testing.T) {
	find := func(log string, id int64) func(*testing.T, *Ring, string) error {
		return func(t *testing.T, r *Ring, _ string) error {
			_, err := r.Find(t.Context(), log, id)
			return err
		}
	}
	sign := func(suffix string) func(*testing.T, *Ring, string) error {
		return func(t *testing.T, r *Ring, vkey string) error {
			_, err := r.Signer(t.Context(), vkey+suffix)
			return err
		}
	}
	// Flipping a bit in SQL: byte n (from 1) of the blob is replaced.
	flip := func(n string) string {
		return "wrapped = CAST(substr(wrapped, 1, " + n + " - 1) || CASE substr(wrapped, " + n + ", 1) WHEN x'AA' THEN x'BB' ELSE x'AA' END || substr(wrapped, " + n + " + 1) AS BLOB)"
	}
	for name, c := range map[string]struct {
		change string
		look   func(*testing.T, *Ring, string) error
		class  fault.Class
		code   string
	}{
		"data log, looked for":     {"UPDATE ring_data_key SET log = 'b' WHERE id = 1", find("audit", 1), fault.Unverifiable, "data_key_missing"},
		"data log, found":          {"UPDATE ring_data_key SET log = 'b' WHERE id = 1", find("b", 1), fault.Integrity, "seal_damaged"},
		"data id, looked for":      {"UPDATE ring_data_key SET id = 3 WHERE id = 1", find("audit", 1), fault.Unverifiable, "data_key_missing"},
		"data id, found":           {"UPDATE ring_data_key SET id = 3 WHERE id = 1", find("audit", 3), fault.Integrity, "seal_damaged"},
		"data key of another row":  {"UPDATE ring_data_key SET wrapped = (SELECT wrapped FROM ring_data_key WHERE id = 2) WHERE id = 1", find("audit", 1), fault.Integrity, "seal_damaged"},
		"data wrapped, version":    {"UPDATE ring_data_key SET " + flip("1"), find("audit", 1), fault.Integrity, "seal_damaged"},
		"data wrapped, key id":     {"UPDATE ring_data_key SET " + flip("2"), find("audit", 1), fault.Unverifiable, "seal_other_key"},
		"data wrapped, nonce":      {"UPDATE ring_data_key SET " + flip("10"), find("audit", 1), fault.Integrity, "seal_damaged"},
		"data wrapped, ciphertext": {"UPDATE ring_data_key SET " + flip("22"), find("audit", 1), fault.Integrity, "seal_damaged"},
		"data wrapped, tag":        {"UPDATE ring_data_key SET " + flip("length(wrapped)"), find("audit", 1), fault.Integrity, "seal_damaged"},
		"data wrapped, empty":      {"UPDATE ring_data_key SET wrapped = x''", find("audit", 1), fault.Integrity, "seal_damaged"},
		"data wrapped, a number":   {"UPDATE ring_data_key SET wrapped = 7", find("audit", 1), fault.Integrity, "seal_damaged"},
		"data wrapped, zeros":      {"UPDATE ring_data_key SET wrapped = zeroblob(69)", find("audit", 1), fault.Unverifiable, "data_key_destroyed"},
		"data row":                 {"DELETE FROM ring_data_key", find("audit", 1), fault.Unverifiable, "data_key_missing"},
		"signing vkey, looked for": {"UPDATE ring_signing_key SET vkey = vkey || 'b'", sign(""), fault.Unverifiable, "signing_key_missing"},
		"signing vkey, found":      {"UPDATE ring_signing_key SET vkey = vkey || 'b'", sign("b"), fault.Integrity, "seal_damaged"},
		"signing log":              {"UPDATE ring_signing_key SET log = 'b'", sign(""), fault.Integrity, "seal_damaged"},
		"signing wrapped, key id":  {"UPDATE ring_signing_key SET " + flip("2"), sign(""), fault.Unverifiable, "seal_other_key"},
		"signing wrapped, inside":  {"UPDATE ring_signing_key SET " + flip("30"), sign(""), fault.Integrity, "seal_damaged"},
		"signing wrapped, zeros":   {"UPDATE ring_signing_key SET wrapped = zeroblob(69)", sign(""), fault.Integrity, "seal_damaged"},
		"signing row":              {"DELETE FROM ring_signing_key", sign(""), fault.Unverifiable, "signing_key_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			r, st, _ := fresh(t)
			for id := range int64(2) {
				_, err := r.Data(t.Context(), "audit", id+1)
				must(t, err)
			}
			_, vkey, err := r.NewSigner(t.Context(), "audit", "x/audit/1")
			must(t, err)
			must(t, raw(t, st, dropTriggers))
			changed(t, st, c.change)
			wantFault(t, c.look(t, ringOn(t, st, 1), vkey), c.class, c.code)
		})
	}
}

// A key that was moved away is made anew by the next write; what was sealed under the old one shows it.
func TestAKeyMadeInPlaceOfAMovedOneOpensNothingOld(t *testing.T) {
	r, st, _ := fresh(t)
	k, err := r.Data(t.Context(), "audit", 1)
	must(t, err)
	sealed, err := k.Seal(nil, zeros{}, []byte("10000000146"), "audit", 5)
	must(t, err)
	must(t, raw(t, st, dropTriggers))
	changed(t, st, "UPDATE ring_data_key SET id = 2")
	k, err = ringOn(t, st, 1).Data(t.Context(), "audit", 1)
	must(t, err)
	_, err = k.Open(nil, sealed, "audit", 5)
	wantFault(t, err, fault.Integrity, "seal_damaged")
}

// changed makes sure that the statement did change something.
func changed(t *testing.T, st *store.Store, text string) {
	t.Helper()
	must(t, st.Write(t.Context(), func(tx *sql.Tx) error {
		res, err := tx.Exec(text)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			t.Errorf("%d rows changed, %v", n, err)
		}
		return nil
	}))
}
