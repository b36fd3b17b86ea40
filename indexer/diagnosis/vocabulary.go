package diagnosis

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"polyglean/indexer"
	"polyglean/indexer/analysis"
	"polyglean/internal/fold"
	"polyglean/internal/record"
)

const (
	// maxGram is how many words a suggested phrase has at most.
	maxGram = 3
	// minLetters is how many letters a suggested word has at least.
	minLetters = 3
	// minHan and maxHan bound the letters of a phrase in scripts that have one letter
	// to a syllable or word and no spaces.
	minHan, maxHan = 2, 4
)

// vocabulary holds the words and phrases of the studies to learn from, in the texts of
// one language, with how many of all studies hold each.
type vocabulary struct {
	// terms are by their folded words.
	terms map[string]*entry
	// studies is how many studies have a text in the language.
	studies int

	// index finds the terms of listed, in that order.
	index  *fold.Index
	listed []*entry
}

// learn takes a study to learn from, by its texts in the language.
func (v *vocabulary) learn(lang string, texts []string) {
	seen := map[string]bool{}
	for _, text := range texts {
		grams(text, lang, func(key, text string) {
			if seen[key] {
				return
			}
			seen[key] = true
			if v.terms[key] == nil {
				v.terms[key] = &entry{text: text}
			}
			v.terms[key].likely++
		})
	}
}

// settle leaves out what fewer than least of the studies to learn from hold, and makes
// the rest ready to be counted.
func (v *vocabulary) settle(least int) {
	var phrases [][]fold.Word
	for _, key := range slices.Sorted(maps.Keys(v.terms)) {
		e := v.terms[key]
		if e.likely < least {
			continue
		}
		words := fold.Words(e.text, "")
		for i := range words[1:] {
			if words[1+i].Gap != 0 {
				words[1+i].Between = fold.Space | fold.Hyphen
			}
		}
		phrases, v.listed = append(phrases, words), append(v.listed, e)
	}
	v.index = fold.NewIndex(phrases)
}

// count counts a study for each term that its texts in the language hold.
func (v *vocabulary) count(texts []string) {
	v.studies++
	found := map[int]bool{}
	var t fold.Text
	for _, text := range texts {
		t.Reset(text)
		v.index.Find(&t, nil, func(term, _, _ int) { found[term] = true })
	}
	for term := range found {
		v.listed[term].studies++
	}
}

// entry is a word or phrase.
type entry struct {
	// text is how it stands in the first text it was found in, in lower case.
	text string
	// likely is how many of the studies to learn from hold it, studies how many of all.
	likely, studies int
}

// grams calls fn with each word and phrase of a text that could be a search term: none
// that begins or ends with a word that means nothing by itself, none over punctuation,
// none without letters. Languages written without spaces give short runs of letters,
// save those where a letter is far less than a syllable's sense, Thai and its kin.
func grams(raw, lang string, fn func(key, text string)) {
	t := fold.NewText(raw)
	stop := make([]bool, t.Len())
	for i := range stop {
		stop[i] = analysis.StopWord(string(t.Word(i)), lang) || !lettered(t.Word(i))
	}
	var key strings.Builder
	for i := range t.Len() {
		if stop[i] && !han(t.Word(i)) {
			continue
		}
		key.Reset()
		run := han(t.Word(i))
		for n := 1; n <= maxGram || run && n <= maxHan; n++ {
			last := i + n - 1
			if last >= t.Len() || n > 1 && t.Gap(last)&fold.Punctuation != 0 || run != han(t.Word(last)) || run && n > 1 && !t.Glued(last) {
				break
			}
			if n > 1 && !run {
				key.WriteByte(' ')
			}
			key.Write(t.Word(last))
			if run && n < minHan || !run && (n > maxGram || stop[last]) {
				continue
			}
			if !run && n == 1 && len([]rune(string(t.Word(i)))) < minLetters {
				continue
			}
			start, end := t.Span(i, last)
			fn(key.String(), strings.ToLower(strings.Join(strings.Fields(raw[start:end]), " ")))
		}
	}
}

// lettered says that a word is no number and of a script whose words can be told.
func lettered(word []byte) bool {
	r := []rune(string(word))
	return unicode.IsLetter(r[0]) && !unicode.In(r[0], unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func han(word []byte) bool {
	r := []rune(string(word))
	return len(r) == 1 && (unicode.In(r[0], unicode.Han, unicode.Katakana) || r[0] == 'ー')
}

// eachSegment calls fn with each part of a text that is in one language: bilingual
// titles and abstracts are common.
func eachSegment(r *record.Classified, field record.Field, index int, t record.Text, fn func(lang, part string)) {
	if field == record.FieldKeyword {
		fn(languageCode(t.Lang), t.Text)
		return
	}
	for _, d := range r.Language.Detected {
		if d.Field == field && d.Index == index && d.Lang != record.Undetermined && 0 <= d.Start && d.Start < d.End && d.End <= len(t.Text) {
			fn(d.Lang, t.Text[d.Start:d.End])
		}
	}
}

// byLanguage are the texts of a study by language.
func byLanguage(s *indexer.Study) map[string][]string {
	out := map[string][]string{}
	for i := range s.Members {
		r := &s.Members[i].Record
		eachText(r, func(field record.Field, index int, t record.Text) {
			eachSegment(r, field, index, t, func(lang, part string) {
				if lang != "" && !slices.Contains(out[lang], part) { // copies of a study share texts
					out[lang] = append(out[lang], part)
				}
			})
		})
	}
	return out
}
