//go:build !linux

package output

// publish gives the file its name unless that was taken meanwhile.
func (a *atomicFile) publish() error { return a.link() }
