package cmdkit

import "runtime/debug"

// streamMemory is what the Go runtime may hold while a command reads a whole log, in bytes: such work needs little at a
// time, but makes much garbage, and five years of log must not grow a small server's memory.
const streamMemory = 30 << 20

// Frugal has the garbage collected sooner from now on.
func Frugal() { debug.SetMemoryLimit(streamMemory) }

// planMemory is what the runtime may hold while a command keeps all rows of its input, in bytes. With the ordinary limit the
// collector would work without an end, and free nothing.
const planMemory = 512 << 20

// Roomy is for a command whose input has to be in memory as a whole.
func Roomy() {
	debug.SetMemoryLimit(planMemory)
	debug.SetGCPercent(50)
}
