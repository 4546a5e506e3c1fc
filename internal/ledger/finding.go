package ledger

import (
	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// Code names one cause. It begins with its number, which never changes; docs/formats.md explains each.
type Code string

// The causes that a verification can find.
const (
	CheckpointMissing   Code = "V01_CHECKPOINT_MISSING"
	CheckpointMalformed Code = "V02_CHECKPOINT_MALFORMED"
	SigInvalid          Code = "V03_SIG_INVALID"
	SigUnknownKey       Code = "V04_SIG_UNKNOWN_KEY"
	OriginMismatch      Code = "V05_ORIGIN_MISMATCH"
	KeyNotValidAtSize   Code = "V06_KEY_NOT_VALID_AT_SIZE"
	KeyChainBroken      Code = "V07_KEY_CHAIN_BROKEN"
	TrustMissing        Code = "V08_TRUST_MISSING"
	// ConsistencyUnchecked: the source does not hold the tile that leads from the trusted size to this one.
	ConsistencyUnchecked Code = "V09_CONSISTENCY_UNCHECKED"

	LeafHashMismatch Code = "V10_LEAF_HASH_MISMATCH"
	LeafMissing      Code = "V11_LEAF_MISSING"
	LeafExtra        Code = "V12_LEAF_EXTRA"
	LeafNotCanonical Code = "V13_LEAF_NOT_CANONICAL"
	LeafSchema       Code = "V14_LEAF_SCHEMA"
	LeafTooLarge     Code = "V15_LEAF_TOO_LARGE"
	FileMismatch     Code = "V16_FILE_MISMATCH"
	FileMissing      Code = "V17_FILE_MISSING"
	FileExtra        Code = "V18_FILE_EXTRA"
	BagMalformed     Code = "V19_BAG_MALFORMED"

	TileMissing      Code = "V20_TILE_MISSING"
	TileMismatch     Code = "V21_TILE_MISMATCH"
	TileWidth        Code = "V22_TILE_WIDTH"
	TilePartialStale Code = "V23_TILE_PARTIAL_STALE"
	RootMismatch     Code = "V24_ROOT_MISMATCH"
	ConsistencyFail  Code = "V25_CONSISTENCY_FAIL"
	Rollback         Code = "V26_ROLLBACK"
	ForkAtSize       Code = "V27_FORK_AT_SIZE"
	ReadmeDiffers    Code = "V29_README_DIFFERS"

	ProofInvalid   Code = "V30_PROOF_INVALID"
	ProofIndex     Code = "V31_PROOF_INDEX"
	ReceiptSig     Code = "V32_RECEIPT_SIG"
	ReceiptPayload Code = "V33_RECEIPT_PAYLOAD"

	DisclosureUnreferenced  Code = "V34_DISCLOSURE_UNREFERENCED"
	DisclosureMissing       Code = "V35_DISCLOSURE_MISSING"
	DisclosureUndecryptable Code = "V36_DISCLOSURE_UNDECRYPTABLE"
	ErasedDataPresent       Code = "V37_ERASED_DATA_PRESENT"
	EraseUnauthorised       Code = "V38_ERASE_UNAUTHORISED"
	DisclosureDamaged       Code = "V39_DISCLOSURE_DAMAGED"

	TextHashMismatch   Code = "V40_TEXT_HASH_MISMATCH"
	TextUnknown        Code = "V41_TEXT_UNKNOWN"
	TextAfterConsent   Code = "V42_TEXT_AFTER_CONSENT"
	TextWrongType      Code = "V43_TEXT_WRONG_TYPE"
	NoticeNotPresented Code = "V44_NOTICE_NOT_PRESENTED"
	ActsMerged         Code = "V45_ACTS_MERGED"

	StateIllegal     Code = "V50_STATE_ILLEGAL"
	TimeBeforePrev   Code = "V51_TIME_BEFORE_PREV"
	ProjectionDrift  Code = "V55_PROJECTION_DRIFT"
	RetentionMissing Code = "V60_RETENTION_MISSING"
	PrunedTooEarly   Code = "V61_PRUNED_TOO_EARLY"
	KeptTooLong      Code = "V62_KEPT_TOO_LONG"
)

// Class says how much a finding weighs, and with it the exit code: Integrity for what is broken or diverged,
// Unverifiable for a key, trust or text that is missing, Negative for a policy that is not kept, OK for a note.
func (c Code) Class() fault.Class {
	switch c {
	case SigUnknownKey, TrustMissing, ConsistencyUnchecked, DisclosureUndecryptable, TextUnknown:
		return fault.Unverifiable
	case PrunedTooEarly, KeptTooLong, NoticeNotPresented, ActsMerged:
		return fault.Negative
	case TimeBeforePrev, ReadmeDiffers:
		return fault.OK // clocks are set back, the order of a log is its sequence; other versions write other texts
	}
	return fault.Integrity
}

// Finding is one thing that is not as it should be. Seq is the entry it concerns, -1 for none.
type Finding struct {
	Code   Code
	Seq    int64
	Detail i18n.Text
}

// ReadmeFinding is the note about an OKUBENI.txt that is not the one this version of the program writes, or is not there. It
// is the file whose commands people paste into a shell, so nobody should take it for checked.
func ReadmeFinding(name string) Finding {
	return Finding{ReadmeDiffers, -1, i18n.Tf("%s bu sürümün yazdığı metin değil: yapıştırmadan önce komutları okuyun",
		"%s is not the text that this version writes: read the commands before you paste them", name)}
}
