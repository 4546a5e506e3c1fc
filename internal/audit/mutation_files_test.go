package audit_test

import (
	"bytes"

	"iskurctl/internal/ledger/ledgertest"
)

// contents says what is found of each file. What is not named finds nothing: the last line end of records.csv has no meaning.
var contents = &ledgertest.Contents{Files: map[string]map[string]string{
	"bag-info.txt": {"cut": "default:V19", "halved": "default:V19*4,V55 deep:V19*5,V55", "emptied": "default:V19*4,V55 deep:V19*5,V55", "lengthened": "default:V19,V19", "deleted": "default:V19*4,V55 deep:V19*5,V55"},
	"bagit.txt": {"altered": "default:V19", "cut": "default:V19", "halved": "default:V19", "emptied": "default:V19", "lengthened": "default:V19",
		"deleted": "quick:!bundle_not_a_bag/11"},
	"data/OKUBENI.txt": {"altered": "deep:V29", "cut": "deep:V29", "halved": "deep:V29", "emptied": "deep:V29", "lengthened": "deep:V29", "deleted": "deep:V29"}, // a note
	"data/checkpoint": {"altered": "quick:V03", "cut": "quick:V02", "halved": "quick:V02", "emptied": "quick:V01", "lengthened": "quick:V02",
		"deleted": "quick:V01 default:V01,V17"},
	// records.csv repeats what is disclosed, so it no longer fits.
	"data/disclosures.ndjson": {"altered": "deep:V34,V55", "cut": "deep:V19,V35,V55", "halved": "deep:V19,V35*175,V55", "emptied": "deep:V35*351,V55",
		"lengthened": "deep:V19", "deleted": "deep:V55"},
	"data/records.csv": {"altered": "deep:V55", "halved": "deep:V55", "emptied": "deep:V55", "lengthened": "deep:V55", "deleted": "deep:V17"},
	"data/vkey": {"altered": "default:V19", "cut": "default:V19", "halved": "default:V19", "emptied": "default:V19", "lengthened": "default:V19",
		"deleted": "default:V17"},
	"data/tile/0/000":       {"altered": "default:V21", "cut": "default:V22", "halved": "default:V23", "emptied": "default:V20", "lengthened": "default:V22", "deleted": "default:V20"},
	"data/tile/0/001":       {"altered": "quick:V21", "cut": "quick:V22", "halved": "quick:V23", "emptied": "quick:V20", "lengthened": "quick:V22", "deleted": "quick:V20"},
	"data/tile/0/002.p/188": {"altered": "quick:V24 default:V21", "cut": "quick:V22", "halved": "quick:V23", "emptied": "quick:V20", "lengthened": "quick:V22", "deleted": "quick:V20"},
	"data/tile/1/000.p/2":   {"altered": "quick:V24 default:V21", "cut": "quick:V22", "halved": "quick:V23", "emptied": "quick:V20", "lengthened": "quick:V22", "deleted": "quick:V20"},
	// An entry that is cut short is missing, and its remains are no entry. Where queries and outcomes lie on both sides
	// of the gap, records.csv knows more than the entries that are left: one or two runs of its lines.
	"data/tile/entries/000": {"altered": "default:V10 deep:V10,V55", "cut": "default:V11,V14", "halved": "default:V11,V14 deep:V11,V14,V55", "emptied": "default:V11",
		"lengthened": "default:V12", "deleted": "default:V11"},
	"data/tile/entries/001": {"altered": "default:V10 deep:V10,V55", "cut": "default:V11,V14", "halved": "default:V11,V14 deep:V11,V14,V55",
		"emptied": "quick:V11 deep:V11,V55,V55", "lengthened": "default:V12", "deleted": "quick:V11 deep:V11,V55,V55"},
	"data/tile/entries/002.p/188": {"altered": "default:V10 deep:V10,V55", "cut": "default:V11,V14 deep:V11,V14,V55", "halved": "default:V11,V14 deep:V11,V14,V55",
		"emptied": "default:V11 deep:V11,V55", "lengthened": "default:V12", "deleted": "default:V11 deep:V11,V55"},
	// The manifests are what is written anew; their own damage is told by each other and by what they no longer list.
	"manifest-sha256.txt":    {},
	"tagmanifest-sha256.txt": {},
}, Manifests: map[string]map[string]string{
	"manifest-sha256.txt": {"altered": "V16,V16", "cut": "V16,V18,V19", "halved": "V16,V18*6,V19", "emptied": "V16,V18*12", "lengthened": "V16,V19",
		"deleted": "V17", "renamed": "V17,V18", "doubled": "V18", "replaced by a folder": "V17,V19", "replaced by a link": "V17,V18,V19"},
	"tagmanifest-sha256.txt": {"altered": "V16", "cut": "V19,V19", "halved": "V19,V19,V19", "emptied": "V19,V19,V19", "lengthened": "V19",
		"deleted": "V17", "renamed": "V17,V18", "doubled": "V18", "replaced by a folder": "V17", "replaced by a link": "V17,V18,V19"},
}, Alter: map[string]func([]byte) []byte{
	"data/disclosures.ndjson": ledgertest.OtherDisclosure, // the first is a look's
	"data/records.csv":        func(b []byte) []byte { return bytes.Replace(b, []byte("pc-1"), []byte("pc-7"), 1) },
}}
