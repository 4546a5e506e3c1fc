//go:build !linux

package output

import "os"

// nameless files are a Linux thing.
func (a *atomicFile) nameless() *os.File { return nil }

func (a *atomicFile) giveName() error { return nil }

// publish gives the file its name unless that was taken meanwhile.
func (a *atomicFile) publish() error { return a.link() }
