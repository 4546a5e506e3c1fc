package cmdkit

import "runtime/debug"

// streamMemory is what the Go runtime may hold while a command reads a whole log, in bytes: such work needs little at a
// time, but makes much garbage, and five years of log must not grow a small server's memory.
const streamMemory = 24 << 20

// Frugal has the garbage collected sooner from now on.
func Frugal() { debug.SetMemoryLimit(streamMemory) }
