package classifier

import (
	"cmp"
	"slices"
	"strings"

	"polyglean/internal/langcode"
	"polyglean/internal/record"
)

// Languages says what is known of the languages of a record, as Classify does.
func Languages(c *record.Candidate) record.LanguageLedger {
	var l record.LanguageLedger
	for _, t := range c.Titles {
		l.Declared = appendNew(l.Declared, langcode.Of(t.Lang))
	}
	for _, t := range c.Abstracts {
		l.Declared = appendNew(l.Declared, langcode.Of(t.Lang))
	}
	var work []string
	for _, tag := range c.Languages {
		work = appendNew(work, langcode.Of(tag))
	}
	for _, lang := range work {
		l.Declared = appendNew(l.Declared, lang)
	}

	var all sizes
	read := func(field record.Field, texts []record.Text, lim limits) {
		for i, t := range texts {
			declared := langcode.Of(t.Lang)
			hint := declared
			if hint == "" && len(work) == 1 {
				hint = work[0]
			}
			agreed, contradicted := false, false
			for _, det := range segmentsOf(t.Text, hint, lim) {
				det.Field, det.Index = field, i
				l.Detected = append(l.Detected, det)
				if det.Lang != record.Undetermined {
					// In bytes: a Han letter says about as much as three Latin ones.
					all.add(det.Lang, det.End-det.Start)
				}
				agreed = agreed || sameLanguage(det.Lang, declared)
				contradicted = contradicted || det.Lang != record.Undetermined && det.Confidence >= sure
			}
			if declared != "" && contradicted && !agreed {
				l.Conflict = true
			}
		}
	}
	read(record.FieldTitle, c.Titles, titleLimits)
	read(record.FieldAbstract, c.Abstracts, abstractLimits)

	l.Languages = all.mostFirst()
	if len(l.Languages) == 0 {
		l.Languages = []string{record.Undetermined}
	}
	l.Work, l.WorkFrom = workLanguage(c, work, &l)
	l.Class = languageClass(&l)
	if len(work) > 0 && l.WorkFrom != record.WorkDeclared && confident(l.Detected) && !anySame(work, l.Languages) {
		l.Conflict = true
	}
	return l
}

func confident(detections []record.Detection) bool {
	return slices.ContainsFunc(detections, func(d record.Detection) bool {
		return d.Lang != record.Undetermined && d.Confidence >= sure
	})
}

func anySame(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool {
		return slices.ContainsFunc(b, func(y string) bool { return sameLanguage(x, y) })
	})
}

// sameLanguage compares languages as far as texts can tell them apart.
func sameLanguage(a, b string) bool {
	return a == b || a == "sh" && serboCroatian[b] || b == "sh" && serboCroatian[a] || serboCroatian[a] && serboCroatian[b]
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// sizes are how much text there is in each of a few languages.
type sizes []size

type size struct {
	lang  string
	bytes int
}

func (s *sizes) add(lang string, bytes int) {
	for i := range *s {
		if (*s)[i].lang == lang {
			(*s)[i].bytes += bytes
			return
		}
	}
	*s = append(*s, size{lang, bytes})
}

// mostFirst returns the languages, that of most text first.
func (s sizes) mostFirst() []string {
	slices.SortFunc(s, func(a, b size) int {
		return cmp.Or(cmp.Compare(b.bytes, a.bytes), strings.Compare(a.lang, b.lang))
	})
	langs := make([]string, len(s))
	for i := range s {
		langs[i] = s[i].lang
	}
	return langs
}
