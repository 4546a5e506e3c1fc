package ledger

// Trust is a verifier's own state, kept outside the store: whose signature it believes and what it has seen.
type Trust struct {
	Vkey  string // C2SP verifier key
	Size  int64
	Root  Hash
	Scrub int64 // the next old entry to read again
}
