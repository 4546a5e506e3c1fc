package consent

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"iskurctl/internal/fault"
	"iskurctl/internal/ledger"
	"iskurctl/internal/ledger/bundle"
)

// erasing has another process erase a person each time the clock is asked, n times: an export asks when it has its
// checkpoint.
func (b *bed) erasing(t *testing.T, n int) {
	other, clock, i := b.again(t), b.now, 0
	b.now = func() time.Time {
		if i < n {
			other.erase(t, Erasure{TCs: []string{tcNumber(i)}, Ground: "request"})
			i++
		}
		return clock()
	}
}

// bundleFindings verifies a bundle to the full.
func (b *bed) bundleFindings(t *testing.T, dir string, size int64) []ledger.Finding {
	t.Helper()
	ctx := context.Background()
	bag := got(bundle.Open(dir))(t)
	defer bag.Close()
	head, _, err := b.Ledger().Head(ctx)
	must(t, err)
	r := got(ledger.Verify(ctx, bag, ledger.Options{Log: Name, Level: ledger.Deep, Vkey: head.Vkey, Domain: BundleCheck(bag, size)}))(t)
	return append(r.Findings, got(CheckRecords(ctx, bag, size))(t)...)
}

// The values of who is erased after the checkpoint was taken are gone, and the entries that say so lie beyond it: the
// controller would seem to have taken them away.
func TestAnErasureBesideAnExportDoesNotMakeABundleThatAccusesTheController(t *testing.T) {
	t.Parallel()
	b := people(t, 20)
	b.erasing(t, 1)
	dir := filepath.Join(t.TempDir(), "bag")
	sum, err := b.Export(context.Background(), dir, ExportOptions{PersonalData: true, Product: "iskurctl test"})
	must(t, err)
	if size := got(b.size(context.Background()))(t); sum.Size != size {
		t.Errorf("the bundle is of %d entries, the log has %d", sum.Size, size)
	}
	if findings := b.bundleFindings(t, dir, sum.Size); len(findings) > 0 {
		t.Error(findings)
	}
}

func TestAnExportBesideEndlessErasuresSaysThatItMustBeRunAgain(t *testing.T) {
	t.Parallel()
	b := people(t, 20)
	b.erasing(t, 2*exportTries)
	dir := filepath.Join(t.TempDir(), "bag")
	_, err := b.Export(context.Background(), dir, ExportOptions{PersonalData: true, Product: "iskurctl test"})
	wantFault(t, err, fault.Store, "export_changed")
	if left := got(os.ReadDir(filepath.Dir(dir)))(t); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	must(t, func() error {
		_, err := b.Export(context.Background(), dir, ExportOptions{PersonalData: true, Product: "iskurctl test"})
		return err
	}())
}

func TestABundleWithoutPersonalValuesDoesNotMindErasures(t *testing.T) {
	t.Parallel()
	b := people(t, 20)
	b.erasing(t, 20)
	dir := filepath.Join(t.TempDir(), "bag")
	sum, err := b.Export(context.Background(), dir, ExportOptions{Product: "iskurctl test"})
	must(t, err)
	if findings := b.bundleFindings(t, dir, sum.Size); len(findings) > 0 {
		t.Error(findings)
	}
}
