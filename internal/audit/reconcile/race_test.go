//go:build race

package reconcile

// raceEnabled: the detector's own memory is not ours to bound.
const raceEnabled = true
