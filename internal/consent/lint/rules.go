package lint

import (
	"slices"

	"iskurctl/internal/consent/event"
	"iskurctl/internal/i18n"
)

// The kinds of text for which rules hold.
var (
	notice  = []event.Act{event.Notice}
	consent = []event.Act{event.Consent}
	both    = []event.Act{event.Notice, event.Consent}
	every   = []event.Act{event.Agreement, event.Notice, event.Consent}
)

// table is the whole table, in the order of the codes: W01–W08 what a notice must hold, W11–W17 what the record of a consent
// needs (the fields of ISO/IEC TS 27560 that the law does not list are marked so in Basis), W20–W27 what makes a consent
// doubtful, W30–W33 how the text is typed.
func table() []rule {
	return slices.Concat(noticeRules(), recordRules(), doubtRules(), typingRules())
}

// noticeRules is what Article 10 of the Law and Articles 4 and 5 of the communiqué on the notice ask for.
func noticeRules() []rule {
	return []rule{
		{
			Rule: Rule{"W01_CONTROLLER", both,
				i18n.T("KVKK m.10/1-a; Aydınlatma Tebliği m.4/1-a", "Law 6698 Art. 10/1-a; Notice Communiqué Art. 4/1-a"),
				i18n.T("veri sorumlusu (ya da işlemeyi yapan) olarak adı geçen bir kurum, kuruluş ya da şirket", "an institution, an association or a company named as the controller, or as the one who processes")},
			says: says{
				tr: "veri sorumlu|tarafindan|olarak & genel mudurlu|kurumu|kurumun=|kurum=|baskanli|bakanli|belediye|universite|a s=|anonim|limited|ltd=|dernek|dernegi|vakf|vakif|sirket|birligi|odasi|kooperatif",
				en: "controller|by|as & agency|institution|directorate|ministry|municipality|university|inc|company|ltd|limited|association|foundation|authority|organisation|organization|genel mudurlu|kurumu",
			},
			missing: i18n.T("veri sorumlusunun kim olduğu yazmıyor", "it does not say who the controller is"),
		},
		{
			Rule: Rule{"W02_CONTACT", notice,
				i18n.T("KVKK m.10/1-a, m.13/1; ISO/IEC TS 27560:2023 party contact", "Law 6698 Art. 10/1-a, 13/1; ISO/IEC TS 27560:2023 party contact"),
				i18n.T("posta adresi, KEP ya da e-posta adresi, telefon", "a postal address, a registered or ordinary e-mail address, a telephone number")},
			check: contact,
		},
		{
			Rule: Rule{"W03_PURPOSE", both,
				i18n.T("KVKK m.4/2-c, m.10/1-b; Aydınlatma Tebliği m.4/1-b, m.5/1-g", "Law 6698 Art. 4/2-c, 10/1-b; Notice Communiqué Art. 4/1-b, 5/1-g"),
				i18n.T("işleme ya da kullanma sözüyle birlikte amaç", "a purpose, in one sentence with processing or use")},
			says: says{
				tr: "amac|icin= & isle|kullan|gonder|yayimla|paylas & !amaclarini= ve vasitalarini|ogrenme|uygun kullanil",
				en: "purpose|in order to|so that & process|use|send|publish|share & !purposes and means|whether|learn",
			},
			missing: i18n.T("verilerin hangi amaçla işleneceği yazmıyor", "it does not say for which purpose the data are processed"),
		},
		{
			Rule: Rule{"W04_RECIPIENTS", notice,
				i18n.T("KVKK m.10/1-c; Aydınlatma Tebliği m.4/1-c, m.5/1-ı", "Law 6698 Art. 10/1-c; Notice Communiqué Art. 4/1-c, 5/1-ı"),
				i18n.T("aktarılan alıcı grupları, ya da aktarma olmadığı", "the groups of recipients, or that there is no transfer")},
			says: says{
				tr: "aktar|paylas & kurum|kurulus|mahkeme|banka|tedarikci|is ortag|is ortak|bakanli|saglayici|mercii|merci|makam|sirket|firma|mudurlu|baskanli|aktarilmaz|aktarilmamakta|paylasilmaz & !bilme|ogrenme",
				en: "transfer|share|disclose & institution|authorit|court|bank|supplier|partner|ministry|provider|compan|directorate|not transferred|not shared|agency & !know|learn",
			},
			missing: i18n.T("verilerin kimlere aktarılabileceği yazmıyor (alıcı grupları)", "it does not say to whom the data may be transferred (groups of recipients)"),
		},
		{
			Rule: Rule{"W05_METHOD", notice,
				i18n.T("KVKK m.10/1-ç; Aydınlatma Tebliği m.4/1-ç, m.5/1-i", "Law 6698 Art. 10/1-ç; Notice Communiqué Art. 4/1-ç, 5/1-i"),
				i18n.T("toplama yöntemi ve bunun otomatik olup olmadığı", "the method of collection, and whether it is automatic")},
			check: method,
		},
		{
			Rule: Rule{"W06_GROUND", notice,
				i18n.T("KVKK m.5, m.6, m.10/1-ç; Aydınlatma Tebliği m.5/1-h", "Law 6698 Art. 5, 6, 10/1-ç; Notice Communiqué Art. 5/1-h"),
				i18n.T("m.5 ya da m.6'daki işleme şartlarından en az biri", "one at least of the conditions of Articles 5 and 6")},
			says: says{
				tr: ground.tr + "|acik riza & !olmaksizin|aranmaksizin|riza metni",
				en: ground.en + "|explicit consent & !without",
			},
			missing: i18n.T("hukuki sebep yazmıyor: verilerin m.5 ve m.6'daki şartlardan hangisine dayanılarak işlendiği", "the legal ground is missing: on which condition of Articles 5 and 6 the data are processed"),
		},
		{
			Rule: Rule{"W07_RIGHTS", notice,
				i18n.T("KVKK m.10/1-d, m.11/1; Aydınlatma Tebliği m.4/1-d", "Law 6698 Art. 10/1-d, 11/1; Notice Communiqué Art. 4/1-d"),
				i18n.T("m.11'deki dokuz hakkın her biri", "each of the nine rights of Article 11")},
			check: missingRights,
		},
		{
			Rule: Rule{"W08_APPLICATION", notice,
				i18n.T("KVKK m.13/1; Veri Sorumlusuna Başvuru Tebliği m.5/1", "Law 6698 Art. 13/1; Communiqué on Applications Art. 5/1"),
				i18n.T("başvuru yollarının her biri: yazılı, KEP, güvenli elektronik imza, mobil imza, sistemde kayıtlı e-posta, başvuru uygulaması", "each way to apply: in writing, registered e-mail (KEP), secure electronic signature, mobile signature, the e-mail address known to the controller, an application made for it")},
			check: missingChannels,
		},
	}
}

// ground are the conditions of Article 5/2 (and 6/3) as texts name them.
var ground = says{
	tr: "kanunlarda ~ ongorul|kanunda ~ ongorul|hukuki yukumlulu|mesru menfaat|sozlesmenin kurul|sozlesmenin ~ ifasi|hakkin tesis|alenilestir|fiili imkansiz|kamu gorev|5 2=|5 inci madde ~ ikinci fikra|5 madde ~ ikinci fikra|6 3=|6 nci madde ~ ucuncu fikra",
	en: "provided ~ law|laid down ~ law|expressly ~ law|legal obligation|legitimate interest|performance of a contract|contract ~ necessary|establishment ~ right|made public|article 5 2|art 5 2|5 2=|6 3=|public duty",
}

// recordRules is what the record of a consent needs; a notice beside it may say the first, the second and the fourth.
func recordRules() []rule {
	return []rule{
		{
			Rule: Rule{"W11_STORAGE", both,
				i18n.T("ISO/IEC TS 27560:2023 storage_locations (KVKK m.10 saymaz)", "ISO/IEC TS 27560:2023 storage_locations (not listed in Art. 10 of Law 6698)"),
				i18n.T("saklama sözüyle birlikte bir yer: ülke, veri merkezi, sunucu, arşiv; ortam (fiziksel, elektronik) yetmez", "a place in one sentence with keeping: country, data centre, server, archive; a medium (paper, electronic) is not enough")},
			says: says{
				tr: "sakla|muhafaza|depola|barindir|tutulur|tutulmakta & veri merkez|sunucu|arsiv|turkiyede|turkiye sinirlari|yurt icinde|yurticinde",
				en: "store|stored|keep|kept|held|hosted & data centre|data center|server|archive|in turkiye|in turkey|within turkiye",
			},
			missing:   i18n.T("verilerin nerede saklandığı yazmıyor (ortam değil, yer: ülke, veri merkezi, arşiv)", "it does not say where the data are kept (not the medium but the place: country, data centre, archive)"),
			elsewhere: true,
		},
		{
			Rule: Rule{"W12_RETENTION", both,
				i18n.T("KVKK m.4/2-d, m.7; ISO/IEC TS 27560:2023 retention_period", "Law 6698 Art. 4/2-d, 7; ISO/IEC TS 27560:2023 retention_period"),
				i18n.T("saklama ya da silme sözüyle birlikte bir süre, rızanın geri alınması ya da süreleri belirten saklama ve imha politikası", "a period in one sentence with keeping or erasing, the withdrawal of the consent, or a retention policy that gives the periods")},
			says: says{
				tr: "sakla|muhafaza|tutul|depola|silin|imha|yok edil|islenme sure|isleme sure & # yil|# ay=|# aydir|# aylik|# gun|# hafta|geri al|geri cek|silene kadar|silinceye kadar|hesab ~ surece|uyelig ~ surece|politika ~ sure & !iste|talep|basvur",
				en: "keep|kept|store|retain|retention|erase|delete|destroy & # year|# month|# day|# week|withdraw|policy ~ period & !request|apply|application",
			},
			missing:   i18n.T("verilerin ne kadar süre saklanacağı yazmıyor", "it does not say for how long the data are kept"),
			elsewhere: true,
		},
		{
			Rule: Rule{"W13_WITHDRAWAL", consent,
				i18n.T("KVKK m.3/1-a (özgür irade); ISO/IEC TS 27560:2023 withdrawal_method", "Law 6698 Art. 3/1-a (freely given); ISO/IEC TS 27560:2023 withdrawal_method"),
				i18n.T("rızanın geri alınabileceği ve bunun hangi yoldan yapılacağı", "that the consent can be withdrawn, and by which way")},
			check: withdrawal,
		},
		{
			Rule: Rule{"W14_AUTHORITY", both,
				i18n.T("KVKK m.14; ISO/IEC TS 27560:2023 authority_party", "Law 6698 Art. 14; ISO/IEC TS 27560:2023 authority_party"),
				i18n.T("Kişisel Verileri Koruma Kurulu (ya da Kurumu)", "the Personal Data Protection Board (or Authority)")},
			says: says{
				tr: "kisisel verileri koruma kurul|kisisel verileri koruma kurumu|kvk kurul|kvkk kurul|kurula sikayet",
				en: "data protection board|data protection authority|kisisel verileri koruma kurul|kvkk board|complain ~ board|complaint ~ board",
			},
			missing:   i18n.T("şikâyet edilecek merci, Kişisel Verileri Koruma Kurulu, anılmıyor", "the authority to complain to, the Personal Data Protection Board, is not named"),
			elsewhere: true,
		},
		{
			Rule: Rule{"W15_VALIDITY", consent,
				i18n.T("KVKK m.3/1-a (belirli bir konu); ISO/IEC TS 27560:2023 validity_duration", "Law 6698 Art. 3/1-a (specific); ISO/IEC TS 27560:2023 validity_duration"),
				i18n.T("rızanın ne kadar geçerli olduğu: bir süre, bir tarih ya da geri alınıncaya kadar", "how long the consent holds: a period, a date, or until it is withdrawn")},
			says: says{
				tr: "riza|onay|beyan & gecerli|yururlukte|kadar|sureyle|suresince & # yil|# ay=|# ayin|geri al|geri cek|suresiz|tarihine|uyelig & !gecerliligini etkile|gecerliligini koru|gecerliligini surdur|hukuki gecerlil",
				en: "consent|declaration & valid|in force|holds|hold|lasts|until|expire & # year|# month|withdraw|indefinite|until|membership & !does not affect",
			},
			missing: i18n.T("rızanın ne kadar süre geçerli olduğu yazmıyor", "it does not say how long the consent is valid"),
		},
		{
			Rule: Rule{"W16_UNDATED", every,
				i18n.T("Aydınlatma Tebliği m.5/1-e (ispat yükü); ISO/IEC TS 27560:2023 privacy_notice", "Notice Communiqué Art. 5/1-e (burden of proof); ISO/IEC TS 27560:2023 privacy_notice"),
				i18n.T("metnin kendi sürümü ya da yürürlük tarihi", "the version of the text itself, or the date from which it is in force")},
			check: undated,
		},
		{
			Rule: Rule{"W17_ABROAD", both,
				i18n.T("KVKK m.9", "Law 6698 Art. 9"),
				i18n.T("yurt dışına aktarma anılıyorsa ülke, yeterlilik kararı ya da güvence; ya da aktarılmadığı", "where a transfer abroad is mentioned, the country, the adequacy decision or the safeguard; or that there is none")},
			check: abroad,
		},
	}
}
