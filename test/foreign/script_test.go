package foreign

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// script runs a script of one of the folders of JavaScript, with the packages of its package-lock.json and no others, and
// reads its answer.
func script(t *testing.T, folder, name string, question, answer any) {
	t.Helper()
	dir := filepath.Join(programs, "node-"+folder)
	if _, err := os.Stat(dir); err != nil {
		install(t, folder, dir)
	}
	in, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command(tool(t, "node"), name)
	var stderr bytes.Buffer
	node.Dir, node.Stdin, node.Stderr = dir, bytes.NewReader(in), &stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if stderr.Len() > 0 {
		t.Log(stderr.String())
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// install copies the folder and puts its packages there; a folder that is there is complete.
func install(t *testing.T, folder, dir string) {
	t.Helper()
	npm, part := tool(t, "npm"), dir+".part"
	if out, err := exec.Command("cp", "-r", folder, part).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ci := exec.Command(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	ci.Dir = part
	if out, err := ci.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	if err := os.Rename(part, dir); err != nil {
		t.Fatal(err)
	}
}
