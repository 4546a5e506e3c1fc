// Package tccmd is `iskurctl tc`: TC identity numbers. Its commands open no configuration, store or network.
package tccmd

import (
	"github.com/spf13/cobra"

	"iskurctl/internal/commands/cmdkit"
	"iskurctl/internal/i18n"
)

// New makes the group.
func New(d *cmdkit.Deps) *cobra.Command {
	return d.Group("tc", i18n.T("TC kimlik numaraları", "TC identity numbers"), newValidate(d), newScan(d), newMask(d), newGenerate(d))
}
