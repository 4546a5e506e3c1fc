package consent

// The statements of erasures.
const (
	// What an erasure of the people with a tag would take: an event that lost nothing has its values, or leads to them.
	doomedActs = `SELECT e.seq, e.time, e.person, s.key FROM consent_event e JOIN consent_person p ON p.id = e.person LEFT JOIN consent_sealed s ON s.seq = e.seq
WHERE p.tag = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3`

	personByTag = `SELECT id FROM consent_person WHERE tag = $1`
	actsOf      = `SELECT e.seq, e.time, e.same, s.key, s.sd FROM consent_event e LEFT JOIN consent_sealed s ON s.seq = e.seq
WHERE e.person = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3`

	unlinkAct    = `UPDATE consent_event SET person = NULL, same = NULL WHERE seq = $1`
	unlikeAct    = `UPDATE consent_event SET same = NULL WHERE seq = $1`
	unlinkPerson = `UPDATE consent_person SET tag = NULL WHERE id = $1`

	erasing      = `SELECT person, process FROM consent_erasing ORDER BY person`
	erasingBy    = `SELECT process FROM consent_erasing WHERE person = $1`
	beginErasing = `INSERT INTO consent_erasing (person, process) VALUES ($1, $2) ON CONFLICT (person) DO UPDATE SET process = excluded.process`
	takeErasing  = `UPDATE consent_erasing SET process = $3 WHERE person = $1 AND process = $2`
	endErasing   = `DELETE FROM consent_erasing WHERE person = $1 AND process = $2`
	// Nothing leads to the person any more, so that the key may go.
	isErased = `SELECT EXISTS (SELECT 1 FROM consent_person WHERE id = $1 AND tag IS NULL)`
	// There is no index of keys: it is asked only of people who were erased and whose key is there, of whom there should be none.
	sealsAnything = `SELECT EXISTS (SELECT 1 FROM consent_sealed WHERE key = $1)`

	erasuresOf = `SELECT x.seq, x.by, l.leaf, l.hash FROM consent_erased x LEFT JOIN consent_leaf l ON l.seq = x.by WHERE x.seq = $1 ORDER BY x.by`
	leafOf     = `SELECT leaf, hash FROM consent_leaf WHERE seq = $1`

	// Whether a value that was erased is in use again: the same person came back meanwhile.
	tagInUse  = `SELECT EXISTS (SELECT 1 FROM consent_person WHERE tag = $1)`
	sameInUse = `SELECT EXISTS (SELECT 1 FROM consent_event e JOIN consent_person p ON p.id = e.person WHERE p.tag = $1 AND e.same = $2)`
)
