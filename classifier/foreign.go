package classifier

import (
	"fmt"
	"slices"

	"polyglean/classifier/language"
	"polyglean/internal/langcode"
	"polyglean/internal/record"
)

// openingRunes is how much of a text a language finding quotes, in characters.
const openingRunes = 60

// languageFinding flags a record of a work that is not in English, or none of whose
// texts is.
func (c *Classifier) languageFinding(r *record.Classified) []record.Finding {
	l := &r.Language
	english := slices.Contains(l.Languages, "en")
	foreignWork := l.Work != "" && l.Work != "en"
	if l.Languages[0] == record.Undetermined && !foreignWork || english && !foreignWork {
		return nil
	}
	f := record.Finding{Flag: record.FlagNonEnglish}
	for _, d := range l.Detected {
		if d.Lang == record.Undetermined || d.Lang == "en" && !foreignWork {
			continue
		}
		texts := r.Candidate.Titles
		if d.Field == record.FieldAbstract {
			texts = r.Candidate.Abstracts
		}
		words := language.FirstRunes(texts[d.Index].Text[d.Start:d.End], openingRunes)
		f.Evidence = append(f.Evidence, record.Evidence{
			Field: d.Field, Index: d.Index, Start: d.Start, End: d.Start + len(words), Words: words, Lang: d.Lang,
		})
		if len(f.Evidence) == c.maxEvidence {
			break
		}
	}
	switch {
	case l.Languages[0] == record.Undetermined:
		f.Detail = fmt.Sprintf("The source says that the work is in %s.", langcode.Name(l.Work))
	case l.WorkFrom == record.WorkByTitle:
		f.Detail = fmt.Sprintf("The first title is in %s, so the work may be too; the rest is in English.", langcode.Name(l.Work))
	case l.WorkFrom == record.WorkByJournal:
		f.Detail = fmt.Sprintf("The journal has a name in %s, so the work may be too; %s.", langcode.Name(l.Work), where(l))
	case foreignWork && !slices.Contains(l.Languages, l.Work):
		f.Detail = fmt.Sprintf("The source says that the work is in %s; %s.", langcode.Name(l.Work), where(l))
	case foreignWork && english:
		f.Detail = fmt.Sprintf("The work is in %s, with texts in %s.", langcode.Name(l.Work), languageNames(l.Languages))
	default:
		f.Detail = upperFirst(where(l)) + "."
	}
	return []record.Finding{f}
}

// where says which texts are in which languages: "title and abstract are in Spanish".
func where(l *record.LanguageLedger) string {
	var titles, abstracts []string
	for _, d := range l.Detected {
		switch {
		case d.Lang == record.Undetermined:
		case d.Field == record.FieldTitle:
			titles = appendNew(titles, d.Lang)
		default:
			abstracts = appendNew(abstracts, d.Lang)
		}
	}
	switch {
	case len(abstracts) == 0:
		return "the title is in " + languageNames(titles)
	case len(titles) == 0:
		return "the abstract is in " + languageNames(abstracts)
	case slices.Equal(titles, abstracts):
		return "title and abstract are in " + languageNames(titles)
	}
	return fmt.Sprintf("the title is in %s, the abstract in %s", languageNames(titles), languageNames(abstracts))
}

func languageNames(langs []string) string {
	names := make([]string, len(langs))
	for i, lang := range langs {
		names[i] = langcode.Name(lang)
	}
	return join(names)
}

func upperFirst(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
