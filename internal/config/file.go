package config

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/pelletier/go-toml/v2"

	"iskurctl/internal/fault"
	"iskurctl/internal/i18n"
)

// maxFile bounds the configuration file; a real one has a few hundred bytes.
const maxFile = 1 << 20

// file is the configuration file as users write it. Durations are strings with a unit; pointers tell "not set" from zero.
type file struct {
	DefaultProfile string                  `toml:"default_profile"`
	Lang           string                  `toml:"lang"`
	Profiles       map[string]*fileProfile `toml:"profiles"`
}

type fileProfile struct {
	Store          *string  `toml:"store"`
	ArgvTC         *string  `toml:"argv_tc"`
	RequirePurpose *bool    `toml:"require_purpose"`
	Authorisation  *string  `toml:"authorisation"`
	Installation   *string  `toml:"installation"`
	MYK            fileMYK  `toml:"myk"`
	Keys           fileKeys `toml:"keys"`
}

type fileMYK struct {
	BaseURL     *string  `toml:"base_url"`
	Transport   *string  `toml:"transport"`
	Concurrency *int     `toml:"concurrency"`
	Rate        *float64 `toml:"rate"`
	Timeout     *string  `toml:"timeout"`
	Proxy       *string  `toml:"proxy"`
	Auth        fileAuth `toml:"auth"`
	TLS         fileTLS  `toml:"tls"`
	Wire        Wire     `toml:"wire"`
}

type fileAuth struct {
	Type     *string `toml:"type"`
	Username *string `toml:"username"`
	Password *string `toml:"password"`
	Token    *string `toml:"token"`
}

type fileTLS struct {
	CAFile   *string `toml:"ca_file"`
	CertFile *string `toml:"cert_file"`
	KeyFile  *string `toml:"key_file"`
}

type fileKeys struct {
	Master   *string `toml:"master"`
	Store    *string `toml:"store"`
	Exchange *string `toml:"exchange"`
}

// Wire names what differs between our default wire and the real service's, so that real names need no new release.
type Wire struct {
	Envelope   string            `toml:"envelope"`    // object (default) or array
	RetryCodes []string          `toml:"retry_codes"` // SONUC_KODU values after which a retry makes sense
	Operations map[string]string `toml:"operations"`  // our operation name → theirs
	Fields     map[string]string `toml:"fields"`      // our field name → theirs
	Parameters map[string]string `toml:"parameters"`  // our parameter name → theirs
}

// read loads and checks the file; a missing one is (nil, nil).
func read(path string) (*file, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	if err := private(f, path); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(text) > maxFile {
		return nil, fault.New(fault.Usage, "config_invalid", i18n.Tf("yapılandırma dosyası çok büyük: %s", "the configuration file is too large: %s", path))
	}
	return parse(path, text)
}

func unreadable(path string, err error) error {
	return fault.New(fault.Usage, "config_unreadable",
		i18n.Tf("yapılandırma dosyası okunamadı: %s: %s", "the configuration file cannot be read: %s: %s", path, fault.Cause(err))).Because(err)
}

// private refuses a file that somebody else could have changed: it decides where citizens' numbers are sent.
func private(f *os.File, path string) error {
	info, err := f.Stat()
	if err != nil {
		return unreadable(path, err)
	}
	if !info.Mode().IsRegular() {
		return fault.New(fault.Usage, "config_unreadable", i18n.Tf("yapılandırma bir dosya değil: %s", "the configuration is not a file: %s", path))
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	foreign := ok && st.Uid != 0 && int(st.Uid) != os.Geteuid()
	if info.Mode().Perm()&0o022 != 0 || foreign {
		return fault.New(fault.Usage, "config_writable",
			i18n.Tf("yapılandırma dosyasını başkaları değiştirebilir: %s", "others can change the configuration file: %s", path)).
			WithHint(i18n.Tf("düzeltin: chmod go-w %s", "mend it: chmod go-w %s", path))
	}
	return nil
}

func parse(path string, text []byte) (*file, error) {
	var out file
	dec := toml.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err := dec.Decode(&out)
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		first := strict.Errors[0]
		row, col := first.Position()
		key := first.Key()
		e := fault.New(fault.Usage, "config_unknown_key",
			i18n.Tf("yapılandırmada bilinmeyen anahtar: %s (%s, satır %s, sütun %s)", "unknown key in the configuration: %s (%s, line %s, column %s)",
				strings.Join(key, "."), path, itoa(row), itoa(col)))
		if near := nearestKey(key[len(key)-1]); near != "" {
			e = e.WithHint(i18n.Tf("%s mi demek istediniz?", "did you mean %s?", near))
		}
		return nil, e
	}
	var syntax *toml.DecodeError
	if errors.As(err, &syntax) {
		row, col := syntax.Position()
		return nil, fault.New(fault.Usage, "config_invalid",
			i18n.Tf("yapılandırma okunamıyor: %s, satır %s, sütun %s", "the configuration cannot be understood: %s, line %s, column %s", path, itoa(row), itoa(col))).
			WithHint(i18n.T("o satırdaki yazımı ve değerin türünü denetleyin (TOML)", "check the spelling and the type of the value on that line (TOML)")).Because(err)
	}
	if err != nil {
		return nil, fault.New(fault.Usage, "config_invalid", i18n.Tf("yapılandırma okunamıyor: %s", "the configuration cannot be understood: %s", path)).Because(err)
	}
	return &out, nil
}
