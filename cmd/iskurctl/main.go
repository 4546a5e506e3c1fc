// Command iskurctl asks MYK which vocational certificates a person holds, checks TC identity numbers and keeps the
// query log that the data-sharing protocol between MYK and İŞKUR wants.
package main

import (
	"os"

	"iskurctl/internal/app"
)

func main() { os.Exit(app.Main(app.OSEnv())) }
