package fault

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"syscall"

	"iskurctl/internal/i18n"
)

// causes are the operating system's answers that people meet, in words of both languages.
var causes = []struct {
	err  error
	text i18n.Text
}{
	{fs.ErrNotExist, i18n.T("böyle bir dosya yok", "no such file")},
	{fs.ErrExist, i18n.T("dosya zaten var", "the file already exists")},
	{fs.ErrPermission, i18n.T("erişim izni yok", "permission denied")},
	{syscall.ENOSPC, i18n.T("diskte yer kalmadı", "no space left on the disk")},
	{syscall.EDQUOT, i18n.T("disk kotası doldu", "the disk quota is used up")},
	{syscall.EROFS, i18n.T("dosya sistemi salt okunur", "the file system is read-only")},
	{syscall.EISDIR, i18n.T("bu bir klasör", "it is a folder")},
	{syscall.ENOTDIR, i18n.T("yolun bir parçası klasör değil", "a part of the path is not a folder")},
	{syscall.ELOOP, i18n.T("sembolik bağ izlenmez", "symbolic links are not followed")},
	{syscall.EMFILE, i18n.T("çok fazla dosya açık", "too many open files")},
	{syscall.EPIPE, i18n.T("okuyan taraf kapandı", "the reader went away")},
	{syscall.ECONNREFUSED, i18n.T("bağlantı reddedildi", "connection refused")},
	{syscall.ECONNRESET, i18n.T("bağlantı karşı tarafça kesildi", "the other side reset the connection")},
	{syscall.EHOSTUNREACH, i18n.T("sunucuya giden yol yok", "no route to the host")},
	{syscall.ENETUNREACH, i18n.T("ağa ulaşılamıyor", "the network is unreachable")},
	{syscall.EADDRINUSE, i18n.T("adres kullanımda", "the address is in use")},
	{syscall.EIO, i18n.T("giriş/çıkış hatası", "input/output error")},
	{context.DeadlineExceeded, i18n.T("süre doldu", "the time is over")},
	{context.Canceled, i18n.T("durduruldu", "stopped")},
	{io.ErrUnexpectedEOF, i18n.T("veri yarıda kesildi", "the data end too early")},
	{io.EOF, i18n.T("bağlantı yanıtsız kapandı", "the connection was closed without an answer")},
	{net.ErrClosed, i18n.T("bağlantı kapandı", "the connection was closed")},
}

// Cause says in both languages why the operating system or the network refused. What it does not know is described
// by kind only: the raw text of a foreign error may carry paths, addresses or personal data.
func Cause(err error) i18n.Text {
	for _, c := range causes {
		if errors.Is(err, c.err) {
			return c.text
		}
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return i18n.T("sunucu adı çözülemedi", "the host name could not be resolved")
	}
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() {
		return i18n.T("süre doldu", "the time is over")
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return i18n.T("sistem hatası: "+errno.Error(), "system error: "+errno.Error())
	}
	return i18n.T("beklenmeyen hata", "unexpected error")
}
