package audit_test

// outcomes are entries that the engine knows nothing of.
func outcomes() []mutation {
	return []mutation{
		{"leaf: an outcome altered", "audit_leaf.leaf", by("UPDATE audit_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"q\":', '\"q\":1') AS BLOB) WHERE seq = {o1}"), "default:V10", same, "full:V10", "{o1}", ""},
	}
}

// rows are the tables that help to find entries: they agree with what the entries say.
func rows() []mutation {
	return []mutation{
		{"query: time", "audit_query.time_ms", alter("audit_query.time_ms", "seq = {q1}", flip(0)), "deep:V55", same, same, "{q1}", ""},
		{"query: method", "audit_query.method", by("UPDATE audit_query SET method = 'ParametreGonderimi' WHERE seq = {q1}"), "deep:V55", same, same, "{q1}", ""},
		{"query: method, cut", "audit_query.method", alter("audit_query.method", "seq = {q3}", cut(1)), "deep:V55", same, same, "{q3}", ""},
		{"query: process", "audit_query.process", alter("audit_query.process", "seq = {q1}", flip(0)), "deep:V55", same, same, "{q1}", ""},
		{"query: user tag, one bit", "audit_query.user_tag", alter("audit_query.user_tag", "seq = {q1}", flip(0)), "deep:V55", same, same, "{q1}", ""},
		{"query: user tag, cut", "audit_query.user_tag", alter("audit_query.user_tag", "seq = {q1}", cut(1)), "deep:V55", same, same, "{q1}", ""},
		{"query: user tags swapped", "audit_query.user_tag", swap("audit_query.user_tag", "seq = {q1}", "seq = {q2}"), "deep:V55,V55", same, same, "{q1}", ""},
		{"query: tag, one bit", "audit_query.tag", alter("audit_query.tag", "seq = {q1}", flip(0)), "deep:V55", same, same, "{q1}", ""},
		{"query: tag gone", "audit_query.tag", by("UPDATE audit_query SET tag = NULL WHERE seq = {q1}"), "deep:V55", same, same, "{q1}", ""},
		{"query: tags swapped", "audit_query.tag", swap("audit_query.tag", "seq = {q1}", "seq = {q1b}"), "deep:V55,V55", same, same, "{q1b}", ""},
		{"query: a tag for one without a number", "audit_query.tag", by("UPDATE audit_query SET tag = user_tag WHERE seq = (SELECT MIN(seq) FROM audit_query WHERE tag IS NULL)"), "deep:V55", same, same, "", ""},
		{"query: numbers swapped", "audit_query.seq", swap("audit_query.seq", "seq = {q1}", "seq = {q1b}"), "deep:V55,V55", same, same, "{q1}", ""},
		{"query: of an entry that is none", "audit_query.seq", by("UPDATE audit_query SET seq = {l1} WHERE seq = {q1}"), "deep:V55,V55", same, same, "{q1}", ""},
		{"query: beyond the end", "audit_query.seq", alter("audit_query.seq", "seq = {q1}", flip(20)), "deep:V55,V55", same, same, "{q1}", ""},
		{"query: before all", "audit_query.seq", alter("audit_query.seq", "seq = {q1}", flip(63)), "deep:V55,V55", same, same, "{q1}", ""},
		{"query: row deleted", "", by("DELETE FROM audit_query WHERE seq = {q1}"), "deep:V55", same, same, "{q1}", ""},
		{"query: one more", "", by("INSERT INTO audit_query SELECT {o1}, time_ms, method, process, user_tag, tag FROM audit_query WHERE seq = {q1}"), "deep:V55", same, same, "{o1}", ""},
		{"query: one more, beyond the end", "", by("INSERT INTO audit_query SELECT 700, time_ms, method, process, user_tag, tag FROM audit_query WHERE seq = {q1}"), "deep:V55", same, same, "700", "!ledger_damaged/6"},
		{"outcome: code", "audit_outcome.outcome", by("UPDATE audit_outcome SET outcome = 'refused' WHERE query_seq = {q1}"), "deep:V55", same, same, "{o1}", ""},
		{"outcome: code, cut", "audit_outcome.outcome", alter("audit_outcome.outcome", "query_seq = {q3}", cut(1)), "deep:V55", same, same, "{o3}", ""},
		{"outcome: entry", "audit_outcome.seq", alter("audit_outcome.seq", "query_seq = {q1}", flip(3)), "deep:V55", same, same, "{o1}", ""},
		{"outcome: entries swapped", "audit_outcome.seq", swap("audit_outcome.seq", "query_seq = {q1}", "query_seq = {q1b}"), "deep:V55,V55", same, same, "{o1}", ""},
		{"outcome: of another query", "audit_outcome.query_seq", by("UPDATE audit_outcome SET query_seq = {open} WHERE query_seq = {q1}"), "deep:V55,V55", same, same, "{o1}", ""},
		{"outcome: queries swapped", "audit_outcome.query_seq", swap("audit_outcome.query_seq", "query_seq = {q1}", "query_seq = {q1b}"), "deep:V55,V55", same, same, "{o1}", ""},
		{"outcome: of a query beyond the end", "audit_outcome.query_seq", alter("audit_outcome.query_seq", "query_seq = {q1}", flip(20)), "deep:V55,V55", same, same, "{o1}", ""},
		{"outcome: row deleted", "", by("DELETE FROM audit_outcome WHERE query_seq = {q1}"), "deep:V55", same, same, "{o1}", ""},
		{"outcome: of the query that is open", "", by("INSERT INTO audit_outcome VALUES ({open}, {o3}, 'ok')"), "deep:V55", same, same, "{open}", ""},
		{"outcome: one before all", "", by("INSERT INTO audit_outcome VALUES (-3, {o3}, 'ok')"), "deep:V55", same, same, "-3", ""},
		{"look: another entry", "audit_look.seq", by("UPDATE audit_look SET seq = {q1} WHERE seq = {l1}"), "deep:V55,V55", same, same, "{l1}", ""},
		{"look: beyond the end", "audit_look.seq", alter("audit_look.seq", "seq = {l1}", flip(20)), "deep:V55,V55", same, same, "{l1}", ""},
		{"look: row deleted", "", by("DELETE FROM audit_look WHERE seq = {l1}"), "deep:V55", same, same, "{l1}", ""},
		{"look: one more", "", by("INSERT INTO audit_look VALUES ({o1})"), "deep:V55", same, same, "{o1}", ""},
		{"look: one more, before all", "", by("INSERT INTO audit_look VALUES (-9)"), "deep:V55", same, same, "-9", ""},
		{"change: another entry", "audit_change.seq", by("UPDATE audit_change SET seq = {q1} WHERE seq = {c1}"), "deep:V55,V55", same, same, "{c1}", ""},
		{"change: beyond the end", "audit_change.seq", alter("audit_change.seq", "seq = {c1}", flip(20)), "deep:V55,V55", same, same, "{c1}", ""},
		{"change: row deleted", "", by("DELETE FROM audit_change WHERE seq = {c1}"), "deep:V55", same, same, "{c1}", ""},
		{"change: one more", "", by("INSERT INTO audit_change VALUES ({o1})"), "deep:V55", same, same, "{o1}", ""},
		{"change: one more, before all", "", by("INSERT INTO audit_change VALUES (-9)"), "deep:V55", same, same, "-9", ""},
		{"settled: above an open query", "audit_settled.below", by("UPDATE audit_settled SET below = {open} + 1"), "deep:V55", same, same, "{open}", ""},
		{"settled: beyond the end", "audit_settled.below", alter("audit_settled.below", "id = 1", flip(40)), "deep:V55", same, same, "", ""},
		{"settled: lower, which only makes work", "audit_settled.below", by("UPDATE audit_settled SET below = 5"), "", same, same, "", "logged"},
		{"settled: under another number", "audit_settled.id", by("UPDATE audit_settled SET id = 2"), "deep:V55", same, same, "", ""},
		{"settled: deleted", "", by("DELETE FROM audit_settled"), "deep:V55", same, same, "", ""},
		{"key: one bit", "audit_key.tag", alter("audit_key.tag", "id = 1", flip(0)), "deep:!master_key_other/7", same, same, "", "!master_key_other/7"},
		{"key: cut", "audit_key.tag", alter("audit_key.tag", "id = 1", cut(1)), "deep:!master_key_other/7", same, same, "", "!master_key_other/7"},
		{"key: under another number", "audit_key.id", by("UPDATE audit_key SET id = 2"), "deep:V55", same, same, "", ""},
		{"key: deleted", "", by("DELETE FROM audit_key"), "deep:V55", same, same, "", ""},
	}
}

// dataKeyRows are the rows of ring_data_key. October's key is in use for old entries only, November's for the next one too. A
// damaged key is one finding for all that it should open.
func dataKeyRows() []mutation {
	const october, november = "id = 202610", "id = 202611"
	return []mutation{
		{"data key: one bit", "ring_data_key.wrapped", alter("ring_data_key.wrapped", october, flip(0)), "deep:V39", same, same, "", "logged"},
		{"data key: cut", "ring_data_key.wrapped", alter("ring_data_key.wrapped", november, cut(1)), "deep:V39", same, same, "", "!seal_damaged/6"},
		{"data key: destroyed", "ring_data_key.wrapped", by("UPDATE ring_data_key SET wrapped = zeroblob(length(wrapped)) WHERE " + november), "deep:V36", same, same, "", "!data_key_destroyed/7"},
		{"data key: two swapped", "ring_data_key.wrapped", swap("ring_data_key.wrapped", october, november), "deep:V39,V39", same, same, "", "!seal_damaged/6"},
		{"data key: of another log", "ring_data_key.log", by("UPDATE ring_data_key SET log = 'consent' WHERE " + october), "deep:V36", same, same, "", "logged"},
		{"data key: of another month", "ring_data_key.id", alter("ring_data_key.id", october, flip(4)), "deep:V36", same, same, "", "logged"},
		{"data key: deleted", "", by("DELETE FROM ring_data_key WHERE " + october), "deep:V36", same, same, "", "logged"},
		{"data key: one more, of a month to come", "", by("INSERT INTO ring_data_key VALUES ('audit', 203001, x'00')"), "", same, same, "", "logged"},
		{"data key: all deleted", "", by("DELETE FROM ring_data_key"), "deep:V36,V36", same, same, "", ""},
	}
}
