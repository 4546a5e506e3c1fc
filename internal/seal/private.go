package seal

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// CheckPrivate refuses a file that holds a secret and that somebody else could have changed or read: it must be no
// symbolic link, closed to group and others, and belong to the caller or to root. Errors are class Usage: secret_missing,
// secret_symlink, secret_owner, secret_mode. To read a secret use Secret, which checks the very file it opens.
func CheckPrivate(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return unreadable(path, err)
	}
	return checkInfo(path, info)
}

// checkInfo judges what stat said. It does not look at ACLs: on Linux their mask shows in the group bits.
func checkInfo(path string, info fs.FileInfo) error {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return symlink(path)
	case !info.Mode().IsRegular():
		return fault.New(fault.Usage, "secret_missing", i18n.Tf("%s düz bir dosya değil", "%s is not a regular file", path))
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 && int(st.Uid) != os.Geteuid() {
		return fault.New(fault.Usage, "secret_owner", i18n.Tf("%s başka bir kullanıcıya ait", "%s belongs to another user", path)).
			WithHint(i18n.T("dosya, komutu çalıştıran kullanıcıya ya da root'a ait olmalıdır", "the file must belong to the user who runs the command, or to root"))
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fault.New(fault.Usage, "secret_mode", i18n.Tf("%s dosyası gruba ya da başkalarına açık", "%s is open to the group or to others", path)).
			WithHint(i18n.Tf("chmod 600 %s", "chmod 600 %s", path))
	}
	return nil
}

func symlink(path string) error {
	return fault.New(fault.Usage, "secret_symlink", i18n.Tf("%s bir sembolik bağ; izlenmez", "%s is a symbolic link; it is not followed", path)).
		WithHint(i18n.T("dosyanın kendi yolunu yazın", "write the path of the file itself"))
}

func unreadable(path string, err error) error {
	if errors.Is(err, syscall.ELOOP) {
		return symlink(path)
	}
	return fault.New(fault.Usage, "secret_missing", i18n.Tf("%s okunamadı: %s", "%s cannot be read: %s", path, fault.Cause(err))).Because(err)
}
