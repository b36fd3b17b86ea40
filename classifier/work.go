package classifier

import (
	"slices"

	"polyglean/classifier/language"
	"polyglean/internal/record"
)

// workLanguage is the language of the paper itself and what that rests on. Declared are the
// languages its source gives the work.
func workLanguage(c *record.Candidate, declared []string, l *record.LanguageLedger) (string, record.WorkGround) {
	if lang := declaredWork(declared, l.Languages); lang != "" {
		return lang, record.WorkDeclared
	}
	if len(declared) > 0 && anySame(declared, l.Languages) {
		return "", "" // declared in several languages, one of which the texts are in
	}
	if lang := vernacular(l.Detected); lang != "" {
		return lang, record.WorkByTitle
	}
	if len(declared) == 0 && onlyEnglish(l.Languages) {
		if lang := journalLanguage(c.Container); lang != "" {
			return lang, record.WorkByJournal
		}
	}
	return "", ""
}

// declaredWork is the declared language, where there is one and the texts bear it
// out: one of them is in it, or all are in English, as the metadata of papers in
// other languages often are. Declared English that no text is in is a default
// somebody forgot to change.
func declaredWork(declared, texts []string) string {
	if len(declared) != 1 {
		return ""
	}
	if anySame(declared, texts) || texts[0] == record.Undetermined || onlyEnglish(texts) {
		return declared[0]
	}
	return ""
}

// vernacular is the language of a record's first title, where that is not English
// and all else is: sources put the title of the paper first and its translation
// behind it.
func vernacular(detected []record.Detection) string {
	lang, english := "", false
	for _, d := range detected {
		switch {
		case d.Lang == record.Undetermined:
		case lang == "" && !english && d.Lang != "en" && d.Field == record.FieldTitle && d.Confidence >= sure:
			lang = d.Lang
		case d.Lang != "en" && d.Lang != lang || d.Field == record.FieldAbstract && d.Lang == lang:
			return ""
		default:
			english = english || d.Lang == "en"
		}
	}
	if !english {
		return ""
	}
	return lang
}

const (
	// journalLetters is how long the name of a journal must be to tell a language.
	// Most names of one or two words are Latin, or of several languages.
	journalLetters = 18
	// journalSure is the confidence that it needs.
	journalSure = 0.95
)

// journalLanguage is the language that a journal is named in, "" when that is English or
// cannot be told.
func journalLanguage(name string) string {
	if _, letters := language.MainScript(name); letters < journalLetters {
		return ""
	}
	r := language.New().Detect(name, language.Options{})
	if r.Confidence < journalSure || r.Lang == "en" || r.Lang == "la" {
		return ""
	}
	return r.Lang
}

func onlyEnglish(langs []string) bool { return len(langs) == 1 && langs[0] == "en" }

// languageClass is the class of a record whose ledger is else complete.
func languageClass(l *record.LanguageLedger) record.LanguageClass {
	foreignWork := l.Work != "" && l.Work != "en"
	switch {
	case l.Languages[0] == record.Undetermined && l.Work == "":
		return record.LanguageUnknown
	case l.Languages[0] == record.Undetermined && !foreignWork:
		return record.LanguageEnglish
	case !slices.Contains(l.Languages, "en"):
		return record.LanguageOther
	case foreignWork && (onlyEnglish(l.Languages) || vernacular(l.Detected) != ""):
		return record.LanguageEnglishMetadata
	case onlyEnglish(l.Languages):
		return record.LanguageEnglish
	}
	return record.LanguageSeveral
}
