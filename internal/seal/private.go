package seal

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// CheckPrivate refuses a file that somebody else could have changed (for a secret: or read). A secret must not be a
// symbolic link and must be closed to group and others; a configuration may be a link and may be read, but not written,
// by them. Both belong to the caller or to root. Errors are class Usage: secret_… for a secret, config_… otherwise.
// To read a secret use Secret, which checks the very file it opens.
func CheckPrivate(path string, secret bool) error {
	stat := os.Stat
	if secret {
		stat = os.Lstat
	}
	info, err := stat(path)
	if err != nil {
		return unreadable(prefix(secret), path, err)
	}
	return checkInfo(path, info, secret)
}

func prefix(secret bool) string {
	if secret {
		return "secret"
	}
	return "config"
}

// checkInfo judges what stat said. It does not look at ACLs: on Linux their mask shows in the group bits.
func checkInfo(path string, info fs.FileInfo, secret bool) error {
	kind := prefix(secret)
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return symlink(kind, path)
	case !info.Mode().IsRegular():
		return fault.New(fault.Usage, kind+"_missing", i18n.Tf("%s düz bir dosya değil", "%s is not a regular file", path))
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 && int(st.Uid) != os.Geteuid() {
		return fault.New(fault.Usage, kind+"_owner", i18n.Tf("%s başka bir kullanıcıya ait", "%s belongs to another user", path)).
			WithHint(i18n.T("dosya, komutu çalıştıran kullanıcıya ya da root'a ait olmalıdır", "the file must belong to the user who runs the command, or to root"))
	}
	if secret && info.Mode().Perm()&0o077 != 0 {
		return fault.New(fault.Usage, kind+"_mode", i18n.Tf("%s dosyası gruba ya da başkalarına açık", "%s is open to the group or to others", path)).
			WithHint(i18n.Tf("chmod 600 %s", "chmod 600 %s", path))
	}
	if !secret && info.Mode().Perm()&0o022 != 0 {
		return fault.New(fault.Usage, kind+"_mode", i18n.Tf("%s dosyasına başkaları yazabiliyor", "%s can be written by others", path)).
			WithHint(i18n.Tf("chmod go-w %s", "chmod go-w %s", path))
	}
	return nil
}

func symlink(kind, path string) error {
	return fault.New(fault.Usage, kind+"_symlink", i18n.Tf("%s bir sembolik bağ; izlenmez", "%s is a symbolic link; it is not followed", path)).
		WithHint(i18n.T("dosyanın kendi yolunu yazın", "write the path of the file itself"))
}

func unreadable(kind, path string, err error) error {
	if errors.Is(err, syscall.ELOOP) {
		return symlink(kind, path)
	}
	return fault.New(fault.Usage, kind+"_missing", i18n.Tf("%s okunamadı: %s", "%s cannot be read: %s", path, fault.Cause(err))).Because(err)
}
