//go:build !linux

package bundle

import "os"

func syncAll(root *os.Root) error { return syncTree(root, ".") }

func rename(parent *os.Root, tmp, name string) error { return replace(parent, tmp, name) }
