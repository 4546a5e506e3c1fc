package cmdkit

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
	"iskurctl/internal/output"
)

// OneOf refuses a word that is not in the list (class Usage, flag_value_invalid): a misspelt filter must not look like an
// empty log. No word at all is none.
func OneOf[T ~string](flag, value string, list []T) error {
	if value == "" || slices.Contains(list, T(value)) {
		return nil
	}
	return fault.New(fault.Usage, "flag_value_invalid", i18n.Tf("--%s için verilen değer geçersiz", "the value of --%s is not valid", flag)).
		WithHint(i18n.Tf("şunlardan biri: %s", "one of: %s", strings.Join(Words(list), ", ")))
}

// Words gives the words of a list of a text type.
func Words[T ~string](list []T) []string {
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = string(w)
	}
	return words
}

// Complete offers words as the values of a flag.
func Complete[T ~string](cmd *cobra.Command, flag string, words []T) {
	complete(cmd, flag, Words(words))
}

// CompleteList offers words as the values of a flag that takes several, parted by commas.
func CompleteList(cmd *cobra.Command, flag string, words []string) {
	// The only error is a flag that does not exist, which the next start of the program would show.
	_ = cmd.RegisterFlagCompletionFunc(flag, completeList(words))
}

// FlagMissing is the error of a flag that must be given, by its name and the name of its value.
func FlagMissing(flag string, value i18n.Text) *fault.Error {
	return fault.New(fault.Usage, "flag_value_missing", i18n.Tf("--%s %s verilmedi", "--%s %s is missing", flag, value))
}

// Records says that the result is records of columns, for a command whose --fields has a meaning of its own.
func (o *Output) Records(columns []output.Column) {
	o.columns = columns
	keys := make([]string, len(columns))
	for i, c := range columns {
		keys[i] = c.Key
	}
	o.cmd.Annotations[annotationFields] = strings.Join(keys, " ")
}
