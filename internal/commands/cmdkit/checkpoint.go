package cmdkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/ledger"
	"iskurctl/internal/output"
)

// CheckpointOutput is what the checkpoint commands of all logs share.
type CheckpointOutput struct {
	d   *Deps
	out *Output
}

// CheckpointFlags adds the output flags; --out there means the trust file.
func (d *Deps) CheckpointFlags(cmd *cobra.Command) *CheckpointOutput {
	c := &CheckpointOutput{d: d, out: d.OutputFlags(cmd, nil)}
	cmd.Flags().Lookup("out").Usage = d.In(i18n.T("`DOSYA` durumu güven dosyası olarak yaz (0600)", "`FILE` write the state as a trust file (0600)"))
	return c
}

// Write gives the log's checkpoint. A log without entries yet has none: class Unverifiable, checkpoint_missing.
func (c *CheckpointOutput) Write(ctx context.Context, name string, log *ledger.Log) error {
	head, ok, err := log.Head(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Unverifiable, "checkpoint_missing", i18n.T("günlükte henüz kayıt yok; denetim noktası ilk kayıtla oluşur", "the log holds no entry yet; its checkpoint comes with the first one"))
	}
	// What is kept elsewhere as the truth must at least hold together: signature, origin, and the tree's right edge.
	state, err := openHead(head)
	if err == nil {
		var r ledger.Report
		if r, err = ledger.Verify(ctx, log.Source(), ledger.Options{Log: name, Level: ledger.Quick, Vkey: head.Vkey, Origin: head.Origin}); err != nil {
			return err
		}
		if r.Class() != fault.OK {
			err = verdict(r)
		}
	}
	if err != nil {
		return fault.New(fault.Integrity, "checkpoint_damaged", i18n.T("denetim noktası bozulmuş ya da günlüğe uymuyor", "the checkpoint is damaged or does not fit the log")).
			WithHint(i18n.Tf("bulguları görmek için: iskurctl %s verify --full", "to see the findings: iskurctl %s verify --full", name)).Because(err)
	}
	if file := c.out.options.OutFile; file != "" {
		err := output.WriteFile(file, ledger.Trust{Vkey: head.Vkey, Size: state.Size, Root: state.Root}.Bytes(), c.out.options.Force)
		if err == nil {
			c.d.Note(i18n.Tf("%s: %s güven dosyası; bu makinenin dışında saklayın", "%s: the trust file of %s; keep it outside this machine", file,
				i18n.Count(state.Size, "%d kaydın", "%d entry", "%d entries")))
		}
		return err
	}
	text := func(key string, title i18n.Text, v string) output.Field {
		return output.Field{Key: key, Title: title, Kind: output.Code, Value: v}
	}
	return c.out.Emit(ctx, func(s *output.Sink) error {
		return s.Object([]output.Field{
			text("log", i18n.T("günlük", "log"), name),
			text("origin", i18n.T("kaynak", "origin"), head.Origin),
			{Key: "size", Title: i18n.T("kayıt sayısı", "size"), Kind: output.Number, Value: state.Size},
			text("root", i18n.T("kök", "root"), state.Root.String()),
			text("vkey", i18n.T("anahtar", "key"), head.Vkey),
			text("fingerprint", i18n.T("parmak izi", "fingerprint"), Fingerprint(head.Vkey)),
			text("note", i18n.T("imzalı metin", "signed note"), string(head.Note)),
		})
	})
}

// openHead reads the checkpoint and checks its signature, and that the row it stands in says the same.
func openHead(head ledger.Head) (ledger.Checkpoint, error) {
	verifier, err := note.NewVerifier(head.Vkey)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	state, err := ledger.OpenCheckpoint(head.Note, verifier)
	if err == nil && (state.Size != head.Size || state.Origin != head.Origin) {
		err = errors.New("the head row differs from its checkpoint")
	}
	return state, err
}

// Fingerprint is what two people compare by telephone: the SHA-256 of the key's line, as a bundle's OKUBENI.txt computes it.
func Fingerprint(vkey string) string {
	sum := sha256.Sum256([]byte(vkey + "\n"))
	return hex.EncodeToString(sum[:])
}
