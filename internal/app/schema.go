package app

import (
	"slices"

	"iskurctl/internal/audit"
	"iskurctl/internal/consent"
	"iskurctl/internal/query"
	"iskurctl/internal/registry"
	"iskurctl/internal/store"
)

// migrations is the schema of a store: what each domain package brings, in ascending ids.
func migrations() []store.Migration {
	return slices.Concat(audit.Migrations, query.Migrations, consent.Migrations, registry.Migrations)
}
