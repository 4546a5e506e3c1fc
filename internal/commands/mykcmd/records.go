package mykcmd

import (
	"time"

	"iskurctl/internal/i18n"
	"iskurctl/internal/myk"
	"iskurctl/internal/output"
	"iskurctl/internal/query"
)

// certificateColumns: the number asked for, Ek-1's twelve fields in Ek-1's order, then what we add. Field names of Ek-1
// stay as the protocol writes them. A terminal shows the columns a clerk reads; --fields and the other formats have all.
var certificateColumns = []output.Column{
	{Key: "KIMLIK_NO", Title: i18n.T("KİMLİK NO", "IDENTITY NO"), Kind: output.TC},
	{Key: "BELGENO", Title: i18n.T("BELGE NO", "CERTIFICATE NO"), Kind: output.Code},
	{Key: "YETERLILIK_ADI", Title: i18n.T("YETERLİLİK", "QUALIFICATION"), Kind: output.Text},
	{Key: "MESLEK_KODU", Title: i18n.T("MESLEK KODU", "OCCUPATION CODE"), Kind: output.Text, Wide: true},
	{Key: "YETERLILIK_KODU", Title: i18n.T("YETERLİLİK KODU", "QUALIFICATION CODE"), Kind: output.Text, Wide: true},
	{Key: "YETERLILIK_SEVIYESI", Title: i18n.T("SEVİYE", "LEVEL"), Kind: output.Number, Wide: true},
	{Key: "SINAV_TARIHI", Title: i18n.T("SINAV TARİHİ", "EXAM DATE"), Kind: output.Date, Wide: true},
	{Key: "BELGE_DUZENLEME_TARIHI", Title: i18n.T("DÜZENLEME TARİHİ", "ISSUE DATE"), Kind: output.Date, Wide: true},
	{Key: "GECERLILIK_TARIHI", Title: i18n.T("GEÇERLİLİK", "VALID UNTIL"), Kind: output.Date},
	{Key: "KURULUS_ADI", Title: i18n.T("KURULUŞ", "BODY"), Kind: output.Text, Wide: true},
	{Key: "BELGE_DURUMU", Title: i18n.T("BELGE DURUMU", "STATUS AS SENT"), Kind: output.Text, Wide: true},
	{Key: "EUROPASS_SERTIFIKA_TR", Title: i18n.T("EUROPASS (TR)", "EUROPASS (TR)"), Kind: output.Text, Wide: true},
	{Key: "EUROPASS_SERTIFIKA_EN", Title: i18n.T("EUROPASS (EN)", "EUROPASS (EN)"), Kind: output.Text, Wide: true},
	{Key: "status", Title: i18n.T("DURUM", "STATUS"), Kind: output.Code, Tone: statusTone},
	{Key: "valid", Title: i18n.T("GEÇERLİ", "VALID"), Kind: output.Bool, Wide: true},
	{Key: "fetched_at", Title: i18n.T("ALINDIĞI AN (UTC)", "FETCHED AT (UTC)"), Kind: output.Time, Wide: true},
}

func statusTone(v string) output.Tone {
	switch myk.Status(v) {
	case myk.Valid:
		return output.ToneGood
	case myk.Cancelled, myk.Expired:
		return output.ToneBad
	}
	return output.ToneWarn
}

// records turns an answer into rows; validity is computed now, for today in Europe/Istanbul, and a number without a
// certificate is a row of its own with status none.
func records(a query.Answer, now time.Time, f filter) []output.Record {
	if len(a.Certificates) == 0 {
		if f.foundOnly || f.validOnly {
			return nil
		}
		r := make(output.Record, len(certificateColumns))
		for i := range r {
			r[i] = ""
		}
		r[0], r[5], r[13], r[14], r[15] = a.KimlikNo, nil, string(myk.None), false, a.FetchedAt
		return []output.Record{r}
	}
	var out []output.Record
	today := myk.Today(now)
	for _, c := range a.Certificates {
		status := c.StatusOn(today)
		if f.validOnly && status != myk.Valid {
			continue
		}
		var level any
		if c.YeterlilikSeviyesi != 0 {
			level = c.YeterlilikSeviyesi
		}
		out = append(out, output.Record{c.KimlikNo, c.BelgeNo, c.YeterlilikAdi, c.MeslekKodu, c.YeterlilikKodu, level,
			c.SinavTarihi.ISO(), c.BelgeDuzenlemeTarihi.ISO(), c.GecerlilikTarihi.ISO(), c.KurulusAdi, c.BelgeDurumu,
			c.EuropassTR, c.EuropassEN, string(status), status == myk.Valid, a.FetchedAt})
	}
	return out
}

// filter leaves records out; it never changes the exit code.
type filter struct{ validOnly, foundOnly bool }
