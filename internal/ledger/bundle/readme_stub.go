package bundle
import ("iskurctl/internal/i18n";"iskurctl/internal/ledger")
type ReadmeOptions struct { Origin string; Size int64; Range ledger.Range; Pruned int64; PersonalData bool; Contents i18n.Text }
func Readme(o ReadmeOptions) []byte { return []byte("x\n") }
