package fault

import "iskurctl/internal/i18n"

// ClassInfo describes one exit code for help texts and documentation.
type ClassInfo struct {
	Class Class
	Name  string // machine name, used in the JSON error
	Text  i18n.Text
}

// Classes lists every exit code in order, for `help exit-codes`, the commands' own help and the reference.
func Classes() []ClassInfo { return classes }

var classes = []ClassInfo{
	{OK, "ok", i18n.T("yapıldı ve kalıcı; boş liste de tamamdır", "done and durable; an empty list is ok")},
	{Internal, "internal", i18n.T("program hatası; tek satır yazılır, yığın izi yoktur", "a bug; one scrubbed line, no stack")},
	{Usage, "usage", i18n.T("komut, seçenek, argüman veya yapılandırma hatalı", "command, flag, argument or configuration is wrong")},
	{Negative, "negative", i18n.T("bakıldı, yanıt olumsuz: geçersiz numara, belge yok, bulgu var", "checked, and the answer is no: invalid number, no certificate, findings")},
	{Refused, "refused", i18n.T("yetki yok: servis ya da kendi kurallarımız reddetti; yinelemek sonucu değiştirmez", "not authorised: the service or our own rules said no; a retry will not help")},
	{Unavailable, "unavailable", i18n.T("servise ulaşılamıyor, servis meşgul ya da yavaş; daha sonra yeniden denenebilir", "the service is unreachable, busy or too slow; a retry later may help")},
	{Integrity, "integrity", i18n.T("kurcalama ya da bozulma bulundu", "tampering or corruption found")},
	{Unverifiable, "unverifiable", i18n.T("doğrulanamadı: anahtar, denetim noktası ya da metin eksik", "could not be verified: key, checkpoint or text is missing")},
	{Partial, "partial", i18n.T("bazı kayıtlar alınamadı; durum saklandı, aynı komut --resume ile tamamlar", "some items failed; state is kept and the same command with --resume finishes it")},
	{Store, "store", i18n.T("depo yok, kilitli, dolu ya da başka sürümden; sorguda günlük satırı yazılamadıysa hiçbir şey gönderilmemiştir", "store missing, locked, full or of another version; for a query: its log row could not be made durable, so nothing was sent")},
	{Protocol, "protocol", i18n.T("yanıt servis sözleşmesine aykırı (HTML, boş, eksik, çok büyük, başkasına ait)", "the reply breaks the service contract (HTML, empty, cut short, too large, another person's)")},
	{Input, "input", i18n.T("girdi verisi hatalı; satır ve sütun söylenir, veri yazılmaz", "the input data are bad; line and column are named, the data are not echoed")},
	{Output, "output", i18n.T("sonuç eksiksiz yazılamadı", "the result could not be written completely")},
	{SignalHUP, "signal", i18n.T("HUP sinyaliyle durduruldu", "stopped by signal HUP")},
	{SignalINT, "signal", i18n.T("INT sinyaliyle (Ctrl-C) durduruldu", "stopped by signal INT (Ctrl-C)")},
	{SignalPIPE, "signal", i18n.T("çıktıyı okuyan taraf kapandı (PIPE)", "the reader of the output went away (PIPE)")},
	{SignalTERM, "signal", i18n.T("TERM sinyaliyle durduruldu", "stopped by signal TERM")},
}

// Name gives the machine name of the class ("input", "protocol", …).
func (c Class) Name() string {
	for _, i := range classes {
		if i.Class == c {
			return i.Name
		}
	}
	return "internal"
}
