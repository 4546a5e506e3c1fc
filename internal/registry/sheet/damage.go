package sheet

import (
	"regexp"
	"slices"
	"strings"

	"iskurctl/internal/i18n"
)

// power is a whole number as a spreadsheet writes one that is too long for its cell. Its last digits are gone.
var power = regexp.MustCompile(`^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}$`)

// faults are the values that Excel and LibreOffice save in place of a result that they could not compute, by their English
// and Turkish names.
var faults = []string{
	"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A",
	"#BOŞ!", "#SAYI/0!", "#DEĞER!", "#BAŞV!", "#AD?", "#SAYI!", "#YOK",
}

// damaged finds what a spreadsheet leaves in a text that it did not keep; the code is empty when it finds nothing. Telephones
// and dates have checks of their own, which say more.
func damaged(s string) (code string, text i18n.Text) {
	switch {
	case slices.Contains(faults, s):
		return "cell_error", i18n.T("alanda hesap tablosunun bir hata değeri var; yerine doğrusunu yazın", "the field holds an error value of a spreadsheet; write what belongs there")
	case len(s) > 1 && strings.Trim(s, "#") == "":
		return "cell_damaged", i18n.T("alanda değer yerine # işaretleri var: hesap tablosunda sütun dar kalmış; sütunu genişletip dosyayı yeniden kaydedin",
			"the field holds # signs in place of its value: the column of the spreadsheet was too narrow; widen it and save the file again")
	case power.MatchString(s):
		return "cell_damaged", i18n.T("hesap tablosu değeri üslü sayıya çevirmiş, son basamakları kayıp; sütunu metin yapıp değeri yeniden yazın",
			"a spreadsheet made a power of ten of the value, and its last digits are lost; make the column text and write the value again")
	case strings.ContainsRune(s, '\uFFFD'):
		return "cell_damaged", i18n.T("alanda okunamayan bir harfin yerini tutan işaret (\uFFFD) var: dosya yanlış karakter kümesiyle kaydedilmiş; kaynağından UTF-8 olarak yeniden kaydedin",
			"the field holds the sign (\uFFFD) that stands for a lost letter: the file was saved in the wrong encoding; save it again from its source as UTF-8")
	}
	return "", i18n.Text{}
}
