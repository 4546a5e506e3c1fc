package query

import "iskurctl/internal/store"

// The statements of the journal: what a batch has asked and been answered, so that an interrupted one goes on where
// it stopped. Numbers and answers are sealed; a keyed tag finds repeated numbers. Portable SQL, $n parameters.

// Migrations make the journal's tables (ids 200–299).
var Migrations = []store.Migration{{ID: 200, Name: "query journal", SQL: `
CREATE TABLE job (
	id         BIGINT  NOT NULL PRIMARY KEY, -- random: an id never comes back, so nothing left behind finds a new job
	name       TEXT    UNIQUE,              -- NULL while the numbers are still being read
	digest     TEXT    NOT NULL,            -- of the sorted numbers, profile and operation
	process    TEXT    NOT NULL,            -- who works on it, by the store's process lock
	used_ms    BIGINT  NOT NULL,            -- when it was begun or last resumed
	items      BIGINT  NOT NULL
);
CREATE TABLE job_item (
	job    BIGINT NOT NULL,
	pos    BIGINT NOT NULL,                 -- place in the input, from 0
	line   BIGINT NOT NULL,                 -- physical line of its first appearance
	tag    BLOB   NOT NULL,                 -- keyed tag of the number
	number BLOB   NOT NULL,                 -- sealed
	PRIMARY KEY (job, pos),
	UNIQUE (job, tag)
);
CREATE TABLE job_answers (
	job     BIGINT NOT NULL,
	row_no  BIGINT NOT NULL,                -- pos / 64
	items   BIGINT NOT NULL,
	answers BLOB   NOT NULL,                -- sealed
	PRIMARY KEY (job, row_no)
);`}}

const (
	sqlAddJob  = `INSERT INTO job (id, name, digest, process, used_ms, items) VALUES ($1, NULL, '', $2, $3, 0)`
	sqlAddItem = `INSERT INTO job_item (job, pos, line, tag, number) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	sqlTags    = `SELECT tag FROM job_item WHERE job = $1 ORDER BY tag`
	sqlFindJob = `SELECT id, digest, process, items FROM job WHERE name = $1`
	sqlNameJob = `UPDATE job SET name = $2, digest = $3, items = $4 WHERE id = $1`
	sqlTakeJob = `UPDATE job SET process = $2, used_ms = $3 WHERE id = $1`
	sqlOwner   = `SELECT process FROM job WHERE id = $1`
	sqlPage    = `SELECT pos, line, number FROM job_item WHERE job = $1 AND pos > $2 ORDER BY pos LIMIT $3`
	sqlAnswers = `SELECT row_no, answers FROM job_answers WHERE job = $1 AND row_no >= $2 AND row_no <= $3`
	// Two workers may write the same row at once: the state that holds more answers stays. A job that another process
	// has taken gets nothing.
	sqlKeepAnswers = `INSERT INTO job_answers (job, row_no, items, answers)
SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM job WHERE id = $1 AND process = $5)
ON CONFLICT (job, row_no) DO UPDATE SET items = excluded.items, answers = excluded.answers WHERE excluded.items >= job_answers.items`
	sqlDropItems    = `DELETE FROM job_item WHERE job = $1`
	sqlDropAnswer   = `DELETE FROM job_answers WHERE job = $1`
	sqlCountAnswers = `SELECT COALESCE(SUM(items), 0) FROM job_answers WHERE job = $1`
	sqlDropJob      = `DELETE FROM job WHERE id = $1`
	sqlOldJobs      = `SELECT id, process FROM job WHERE used_ms < $1 OR name IS NULL`
)
