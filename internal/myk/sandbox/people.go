package sandbox

import (
	"iter"
	"strconv"

	"iskurctl/internal/i18n"
	"iskurctl/internal/tckn"
)

// generatedPrefix is where the generated people begin; the prefixes between the last fixed person and this one are
// free for more fixed people and belong to nobody, so that valid numbers without a person exist in the block.
const (
	generatedPrefix = firstPrefix + 49
	maxPeople       = 999999999 - generatedPrefix
)

// Person is somebody whom the service knows. Certificates is their number today; Note says what the person shows.
type Person struct {
	KimlikNo     string
	Certificates int
	Note         i18n.Text
}

// People lists everybody whom the service knows: the fixed people, then the generated ones in the order of their
// numbers. Each is made when it is asked for, so a million of them cost no memory.
func (s *Service) People() iter.Seq[Person] {
	return func(yield func(Person) bool) {
		today := todayOf(s.now())
		for i := range fixedPeople {
			p := Person{KimlikNo: fixedNumber(i), Certificates: len(fixedCertificates(i, today)), Note: fixedPeople[i].note}
			if !yield(p) {
				return
			}
		}
		for i := range s.gen.people {
			if !yield(s.generatedPerson(i, today)) {
				return
			}
		}
	}
}

func (s *Service) generatedPerson(i int, today day) Person {
	p := Person{KimlikNo: tckn.Complete(generatedPrefix + i)}
	valid := 0
	for slot := range slots {
		if !s.gen.issued(i, slot, today) {
			continue
		}
		p.Certificates++
		if c := s.gen.certificate(i, slot, today); c.validOn(today) {
			valid++
		}
	}
	p.Note = i18n.Tf("üretilmiş kişi; belge: %d, bugün geçerli: %d",
		"generated person; certificates: %d, valid today: %d", p.Certificates, valid)
	return p
}

// certificatesOf gives the certificates of one number; none for a number that belongs to nobody. kimlikNo has passed
// its check, so its first nine digits say everything.
func (s *Service) certificatesOf(kimlikNo string, today day) []certificate {
	prefix, err := strconv.Atoi(kimlikNo[:9])
	if err != nil {
		return nil
	}
	if i := prefix - firstPrefix; i >= 0 && i < len(fixedPeople) {
		return fixedCertificates(i, today)
	}
	i := prefix - generatedPrefix
	if i < 0 || i >= s.gen.people {
		return nil
	}
	var list []certificate
	for slot := range slots {
		if s.gen.issued(i, slot, today) {
			list = append(list, s.gen.certificate(i, slot, today))
		}
	}
	return list
}
