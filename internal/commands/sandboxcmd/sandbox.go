// Package sandboxcmd is `iskurctl sandbox`: the synthetic MYK service as a server, the people it knows, and texts and events to
// try the record of consents with.
package sandboxcmd

import (
	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/i18n"
)

// defaultPeople is how many generated people the service knows unless told otherwise.
const defaultPeople = 1000

// New makes the group.
func New(d *cmdkit.Deps) *cobra.Command {
	return d.Group("sandbox", i18n.T("sentetik MYK servisi ve rıza verileri: deneme, eğitim ve sınama için", "the synthetic MYK service and consent data: for trials, training and tests"),
		newServe(d), newPeople(d), newTexts(d), newEvents(d))
}
