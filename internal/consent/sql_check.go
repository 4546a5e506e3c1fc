package consent

// The statements of the verification. $1 is the size of the log that is verified: it may grow meanwhile.
const (
	projectedEvents = `SELECT e.seq, e.id, e.person, e.session, e.act, e.step, e.time, e.text, e.notice, e.prev, e.same, p.tag
FROM consent_event e LEFT JOIN consent_person p ON p.id = e.person WHERE e.seq >= $1 AND e.seq < $2 ORDER BY e.seq`
	projectedTexts = `SELECT seq, kind, label, language, sha256, day, body FROM consent_text WHERE seq < $1 ORDER BY seq`
	// The statements about consent_erased read it from end to end, three times a deep verification: it has no index of `by`,
	// and a row for each erasure only, a small part of the entries that are read anyway.
	projectedErasures = `SELECT e.seq, e.by, l.leaf FROM consent_erased e LEFT JOIN consent_leaf l ON l.seq = e.by WHERE e.by < $1`
	// What was erased since: the next verification reads the entries that say so.
	laterErasures = `SELECT seq FROM consent_erased WHERE by >= $1 AND by < (SELECT size FROM consent_log WHERE id = 1)`

	unfinishedErasures = `SELECT process, count(*) FROM consent_erasing GROUP BY process`
	erasedPeople       = `SELECT id FROM consent_person p WHERE tag IS NULL AND id > $1 AND NOT EXISTS (SELECT 1 FROM consent_erasing x WHERE x.person = p.id)
AND NOT EXISTS (SELECT 1 FROM consent_event e WHERE e.person = p.id)
ORDER BY id LIMIT $2`
	peopleWithoutActs = `SELECT id FROM consent_person p WHERE tag IS NOT NULL AND NOT EXISTS (SELECT 1 FROM consent_event e WHERE e.person = p.id)
ORDER BY id LIMIT $1`

	// Rows beyond what was verified and beyond the head, as one look sees both: another process may be appending.
	strayEvents   = `SELECT count(*), COALESCE(min(seq), -1) FROM consent_event WHERE seq < 0 OR seq >= $1 AND seq >= COALESCE((SELECT size FROM consent_log WHERE id = 1), 0)`
	strayTexts    = `SELECT count(*), COALESCE(min(seq), -1) FROM consent_text WHERE seq < 0 OR seq >= $1 AND seq >= COALESCE((SELECT size FROM consent_log WHERE id = 1), 0)`
	strayErasures = `SELECT count(*), COALESCE(min(seq), -1) FROM consent_erased WHERE by >= $1 AND by >= COALESCE((SELECT size FROM consent_log WHERE id = 1), 0)`
	countHeads    = `SELECT count(*) FROM consent_log`
)

// A table (0), and an index of it in its own order (1). Each statement is one look. Of events, the table's part is what
// lies outside of [0, $1): the rows in there are read with their entries.
const (
	eventsByID = `SELECT 0, seq, id, person FROM consent_event NOT INDEXED WHERE seq < 0
UNION ALL SELECT 0, seq, id, person FROM consent_event NOT INDEXED WHERE seq >= $1
UNION ALL SELECT * FROM (SELECT 1, seq, id, NULL FROM consent_event INDEXED BY sqlite_autoindex_consent_event_1 ORDER BY id, seq)`
	peopleByNumber = `SELECT 0, id, tag, NULL FROM consent_person NOT INDEXED
UNION ALL SELECT * FROM (SELECT 1, id, tag, NULL FROM consent_person INDEXED BY sqlite_autoindex_consent_person_1 ORDER BY tag, id)`
	// peopleIndex is the index of people as a table of peopleColumns (store.ScanIndex).
	eventsByPerson = `SELECT 0, seq, person, seq FROM consent_event NOT INDEXED WHERE seq < 0
UNION ALL SELECT 0, seq, person, seq FROM consent_event NOT INDEXED WHERE seq >= $1
UNION ALL SELECT * FROM (SELECT 1, row, person, seq FROM ` + peopleIndex + ` ORDER BY person, seq, row)`
	peopleIndex   = "people_index"
	peopleColumns = "person, seq, row"
	// What the index of people holds of seq a query cannot tell otherwise, since seq is the number of the row as well: each
	// row is looked for. People come with the entries, so that the index is gone through in its order.
	lostByPerson = `SELECT (SELECT count(*) FROM consent_event NOT INDEXED) <> (SELECT count(*) FROM consent_event INDEXED BY consent_event_person)
OR EXISTS (SELECT 1 FROM consent_event e NOT INDEXED WHERE NOT EXISTS (SELECT 1 FROM consent_event i INDEXED BY consent_event_person WHERE i.person IS e.person AND i.seq = e.seq))`
	checkTextIndexes = `PRAGMA integrity_check(consent_text)`
)

// The statements of exports.
const (
	// Whether an entry of [$1, $2) was erased after the log had $3 entries.
	erasedSince = `SELECT EXISTS (SELECT 1 FROM consent_erased WHERE seq >= $1 AND seq < $2 AND by >= $3 AND by < (SELECT size FROM consent_log WHERE id = 1))`

	latestEvent    = `SELECT COALESCE(MAX(time), 0) FROM consent_event WHERE seq < $1`
	boundsOfPeriod = `SELECT COALESCE(MIN(seq), 0), COALESCE(MAX(seq), -1) FROM consent_event WHERE time >= $1 AND time < $2 AND seq < $3`
	eventTimes     = `SELECT seq, time FROM consent_event WHERE seq >= $1 AND seq < $2 ORDER BY seq LIMIT $3`

	// Tiles of the lowest level, 256 entries each, outside of [$3, $4).
	referredTiles = `SELECT DISTINCT tile FROM (
SELECT text / 256 AS tile FROM consent_event WHERE seq >= $1 AND seq < $2
UNION SELECT notice / 256 FROM consent_event WHERE seq >= $1 AND seq < $2 AND notice IS NOT NULL
UNION SELECT prev / 256 FROM consent_event WHERE seq >= $1 AND seq < $2 AND prev IS NOT NULL
UNION SELECT by / 256 FROM consent_erased WHERE seq >= $1 AND seq < $2 AND by < $5
UNION SELECT t.seq / 256 FROM consent_event e JOIN consent_event n ON n.seq = e.notice JOIN consent_text t ON t.seq = n.text WHERE e.seq >= $1 AND e.seq < $2
) AS referred WHERE tile < $3 OR tile >= $4 ORDER BY tile`

	textBodies    = `SELECT sha256, body FROM consent_text WHERE seq >= $1 AND seq < $2 ORDER BY seq`
	referredTexts = `SELECT sha256, body FROM consent_text WHERE seq IN (
SELECT text FROM consent_event WHERE seq >= $1 AND seq < $2
UNION SELECT n.text FROM consent_event e JOIN consent_event n ON n.seq = e.notice WHERE e.seq >= $1 AND e.seq < $2) ORDER BY seq`
)
