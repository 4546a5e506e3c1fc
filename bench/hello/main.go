// Command hello is the smallest cobra program with a version command: the yardstick for the start of iskurctl.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	root := &cobra.Command{Use: "hello", Short: "says hello", Run: func(*cobra.Command, []string) { fmt.Println("hello") }}
	root.AddCommand(&cobra.Command{Use: "version", Short: "prints the version", Run: func(*cobra.Command, []string) { fmt.Println("version\t0.1.0") }})
	if root.Execute() != nil {
		os.Exit(1)
	}
}
