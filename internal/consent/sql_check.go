package consent

// The statements of the verification. $1 is the size of the log that is verified: it may grow meanwhile.
const (
	projectedEvents = `SELECT e.seq, e.id, e.person, e.session, e.act || ' ' || e.step, e.time, e.text, e.notice, e.prev, e.same, p.tag
FROM consent_event e LEFT JOIN consent_person p ON p.id = e.person WHERE e.seq >= $1 AND e.seq < $2 ORDER BY e.seq`
	projectedTexts    = `SELECT seq, kind, label, language, sha256, day, body FROM consent_text WHERE seq < $1 ORDER BY seq`
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

// Whether what is looked up through an index is found: each row of the table itself by its index, and the index has no more than the rows. It
// is a fifth of the work of PRAGMA integrity_check, which is for one engine as well.
const (
	lostByID     = `SELECT count(*) FROM consent_event e NOT INDEXED WHERE NOT EXISTS (SELECT 1 FROM consent_event i INDEXED BY sqlite_autoindex_consent_event_1 WHERE i.id = e.id AND i.seq = e.seq)`
	lostByPerson = `SELECT count(*) FROM consent_event e NOT INDEXED WHERE NOT EXISTS (SELECT 1 FROM consent_event i INDEXED BY consent_event_person WHERE i.person IS e.person AND i.seq = e.seq)`
	lostByTag    = `SELECT count(*) FROM consent_person p NOT INDEXED WHERE NOT EXISTS (SELECT 1 FROM consent_person i INDEXED BY sqlite_autoindex_consent_person_1 WHERE i.tag IS p.tag AND i.id = p.id)`
	indexedRows  = `SELECT (SELECT count(*) FROM consent_event NOT INDEXED) - (SELECT count(*) FROM consent_event INDEXED BY sqlite_autoindex_consent_event_1),
(SELECT count(*) FROM consent_event NOT INDEXED) - (SELECT count(*) FROM consent_event INDEXED BY consent_event_person),
(SELECT count(*) FROM consent_person NOT INDEXED) - (SELECT count(*) FROM consent_person INDEXED BY sqlite_autoindex_consent_person_1)`
	checkTextIndexes = `PRAGMA integrity_check(consent_text)`
)

// The statements of exports.
const (
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
