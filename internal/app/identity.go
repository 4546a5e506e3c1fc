package app

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"time"
)

// loginName is the operating system's name of the real user. It never comes from the environment: the log that Madde
// 8(14) wants would then name whomever the caller likes. (os/user.Current falls back to $USER in builds without cgo.)
// Users of a directory service are not in the passwd file; for them the system's own id program is asked.
func loginName() (string, error) {
	uid := strconv.Itoa(os.Getuid())
	u, err := user.LookupId(uid)
	if err == nil {
		return u.Username, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/usr/bin/id", "-un", uid)
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	out, asked := cmd.Output()
	name := strings.TrimSpace(string(out))
	if asked != nil || name == "" {
		return "", err
	}
	return name, nil
}
