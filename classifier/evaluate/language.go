package evaluate

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"polyglean/classifier"
	"polyglean/classifier/language"
	"polyglean/internal/record"
	"polyglean/internal/table"
)

// LanguageColumns are what the rows of Languages must have. A column of segments
// may be there too: the byte spans of each language in the text, "es:0-412;en:413-900".
// What is in no span, such as headings, keywords or a line on copyright, counts for
// no language.
var LanguageColumns = []string{"lang", "text"}

// several is the label of a text in more than one language (ISO 639-2 "mul").
const several = "mul"

// LanguageScores say how well the languages of texts are told.
type LanguageScores struct {
	Records int `json:"records"`
	Right   int `json:"right"`
	// Accuracy is the part of the records whose language is told rightly. A text in
	// several languages needs all that its segments name, or any two without segments;
	// one in a language that no model knows must be left open.
	Accuracy float64 `json:"accuracy"`
	// MacroF1 is the mean over the languages of the labels of the harmonic mean of
	// precision and recall.
	MacroF1     float64                  `json:"macro_f1"`
	PerLanguage map[string]LanguageScore `json:"per_language"`
	// Confusions are the wrong answers, the most frequent first.
	Confusions []Confusion `json:"confusions"`
	// Divided are the texts labelled with one language in which more were found.
	Divided int `json:"divided"`
	// Characters are those in spans with a label, CharactersRight those of them given
	// to their language, CharacterAccuracy their part; all 0 without segments.
	Characters        int     `json:"characters"`
	CharactersRight   int     `json:"characters_right"`
	CharacterAccuracy float64 `json:"character_accuracy"`
	// RecordsPerSecond is measured on one goroutine. RSSMB is the most memory the
	// process had resident, in MB of 2^20 bytes, where the system tells it.
	RecordsPerSecond float64 `json:"records_per_second"`
	RSSMB            float64 `json:"rss_mb"`
}

// LanguageScore is the score of one language.
type LanguageScore struct {
	Records   int     `json:"records"`
	Right     int     `json:"right"`
	Accuracy  float64 `json:"accuracy"`
	Precision float64 `json:"precision"`
	F1        float64 `json:"f1"`
	// answered is how often the language was the answer.
	answered int
}

// Confusion is how many texts in Lang were taken for As.
type Confusion struct {
	Lang    string `json:"lang"`
	As      string `json:"as"`
	Records int    `json:"records"`
}

// labelledText is a row of a labelled table.
type labelledText struct {
	text, lang string
	spans      []labelledSpan
	line       int
}

type labelledSpan struct {
	lang       string
	start, end int
}

// titleBytes is the length up to which a text is taken for a title, in bytes.
const titleBytes = 300

// Languages tells the languages of each text and compares them with its label. The
// labels are ISO 639-1 codes; nb and nn count as no, sh as any of bs, hr and sr.
func Languages(rows []table.Row) (*LanguageScores, error) {
	return languagesOf(rows, "text")
}

// languagesOf does that for the texts of any column.
func languagesOf(rows []table.Row, column string) (*LanguageScores, error) {
	texts := make([]labelledText, len(rows))
	for i, row := range rows {
		var err error
		if texts[i], err = readLabelled(row, column); err != nil {
			return nil, err
		}
	}
	return scoreTexts(texts), nil
}

// scoreTexts scores texts that are in memory.
func scoreTexts(texts []labelledText) *LanguageScores {
	ledgers := make([]record.LanguageLedger, len(texts))
	began := time.Now()
	for i, t := range texts {
		ledgers[i] = classifier.Languages(candidateOf(t.text))
	}
	took := time.Since(began)
	s := newLanguageScores()
	for i, t := range texts {
		s.add(t, &ledgers[i])
	}
	s.finish()
	s.RecordsPerSecond = float64(len(texts)) / took.Seconds()
	return s
}

// candidateOf is a record of nothing but a text.
func candidateOf(text string) *record.Candidate {
	texts := []record.Text{{Text: text}}
	if len(text) <= titleBytes {
		return &record.Candidate{Titles: texts}
	}
	return &record.Candidate{Abstracts: texts}
}

func readLabelled(row table.Row, column string) (labelledText, error) {
	t := labelledText{text: row.Get(column), lang: languageLabel(row.Get("lang")), line: row.Line}
	if t.lang == "" {
		return t, fmt.Errorf("line %d has no language: name it in the column lang (ISO 639-1, mul for several)", row.Line)
	}
	for part := range strings.SplitSeq(row.Get("segments"), ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		lang, bytes, _ := strings.Cut(part, ":")
		from, to, _ := strings.Cut(bytes, "-")
		start, err1 := strconv.Atoi(from)
		end, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || start < 0 || end <= start || end > len(t.text) {
			return t, fmt.Errorf("line %d: segment %q: want a language and bytes of the text, which has %d, as es:0-412", row.Line, part, len(t.text))
		}
		if !boundary(t.text, start) || !boundary(t.text, end) {
			return t, fmt.Errorf("line %d: segment %q begins or ends inside a character: count bytes of UTF-8", row.Line, part)
		}
		t.spans = append(t.spans, labelledSpan{languageLabel(lang), start, end})
	}
	return t, nil
}

func boundary(text string, at int) bool { return at == len(text) || utf8.RuneStart(text[at]) }

// languageLabel is the code under which a label is counted.
func languageLabel(code string) string {
	code, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(code)), "-")
	if code == "nb" || code == "nn" {
		return "no"
	}
	return code
}

// serboCroatian are the languages that a label "sh" stands for.
var serboCroatian = []string{"bs", "hr", "sr"}

// fits says whether an answer is right by a label.
func fits(answer, label string) bool {
	return answer == label || label == "sh" && slices.Contains(serboCroatian, answer) || answer == record.Undetermined && !supported[label]
}

// supported are the languages that can be told.
var supported = func() map[string]bool {
	set := map[string]bool{"sh": true, several: true}
	for _, code := range language.Codes() {
		set[code] = true
	}
	return set
}()

func newLanguageScores() *LanguageScores {
	return &LanguageScores{PerLanguage: make(map[string]LanguageScore), Confusions: []Confusion{}}
}

// add counts one text.
func (s *LanguageScores) add(t labelledText, l *record.LanguageLedger) {
	s.Records++
	answer := l.Languages[0]
	if t.lang == several {
		if hasAll(l.Languages, t.spans) {
			answer = several
		}
	} else if len(l.Languages) > 1 {
		s.Divided++
	}
	score := s.PerLanguage[t.lang]
	score.Records++
	if fits(answer, t.lang) {
		s.Right++
		score.Right++
		answer = t.lang
	} else {
		s.confuse(t.lang, answer)
	}
	s.PerLanguage[t.lang] = score
	given := s.PerLanguage[answer]
	given.answered++
	s.PerLanguage[answer] = given
	for _, span := range t.spans {
		for at := range t.text[span.start:span.end] {
			s.Characters++
			if fits(languageAt(l.Detected, span.start+at), span.lang) {
				s.CharactersRight++
			}
		}
	}
}

// hasAll says whether the languages found are those of the spans, or more than one
// where there are no spans.
func hasAll(found []string, spans []labelledSpan) bool {
	for _, span := range spans {
		if !slices.ContainsFunc(found, func(lang string) bool { return fits(lang, span.lang) }) {
			return false
		}
	}
	return len(found) > 1
}

func languageAt(detected []record.Detection, at int) string {
	for _, d := range detected {
		if d.Start <= at && at < d.End {
			return d.Lang
		}
	}
	return record.Undetermined
}

func (s *LanguageScores) confuse(lang, as string) {
	for i := range s.Confusions {
		if c := &s.Confusions[i]; c.Lang == lang && c.As == as {
			c.Records++
			return
		}
	}
	s.Confusions = append(s.Confusions, Confusion{lang, as, 1})
}

// finish makes rates of the counts.
func (s *LanguageScores) finish() {
	languages, sum := 0, 0.0
	for lang, score := range s.PerLanguage {
		if score.Records == 0 {
			delete(s.PerLanguage, lang) // an answer only
			continue
		}
		score.Accuracy = rate(score.Right, score.Records)
		score.Precision = rate(score.Right, score.answered)
		score.F1 = rate(2*score.Right, score.Records+score.answered)
		s.PerLanguage[lang] = score
		languages++
	}
	// Summed in order, so that the same counts give the same figure.
	for _, lang := range slices.Sorted(maps.Keys(s.PerLanguage)) {
		sum += s.PerLanguage[lang].F1
	}
	s.Accuracy = rate(s.Right, s.Records)
	s.MacroF1 = sum / float64(max(languages, 1))
	s.CharacterAccuracy = rate(s.CharactersRight, s.Characters)
	slices.SortFunc(s.Confusions, func(a, b Confusion) int {
		return cmp.Or(b.Records-a.Records, strings.Compare(a.Lang, b.Lang), strings.Compare(a.As, b.As))
	})
}

func rate(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// Print writes the scores as a table for people.
func (s *LanguageScores) Print(w io.Writer) {
	s.printCounts(w)
	fmt.Fprintf(w, "\n%.0f records/s", s.RecordsPerSecond)
	if s.RSSMB > 0 {
		fmt.Fprintf(w, ", at most %.0f MB resident", s.RSSMB)
	}
	fmt.Fprintln(w)
}

// printCounts writes what does not depend on the machine.
func (s *LanguageScores) printCounts(w io.Writer) {
	fmt.Fprintf(w, "%d of %d right, accuracy %.4f, macro F1 %.4f", s.Right, s.Records, s.Accuracy, s.MacroF1)
	if s.Characters > 0 {
		fmt.Fprintf(w, ", %.4f of %d characters", s.CharacterAccuracy, s.Characters)
	}
	if s.Divided > 0 {
		fmt.Fprintf(w, ", %d of one language divided", s.Divided)
	}
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "language\trecords\tright\taccuracy\tprecision\tF1\t")
	for _, lang := range slices.Sorted(maps.Keys(s.PerLanguage)) {
		l := s.PerLanguage[lang]
		fmt.Fprintf(tw, "%s\t%d\t%d\t%.4f\t%.4f\t%.4f\t\n", lang, l.Records, l.Right, l.Accuracy, l.Precision, l.F1)
	}
	_ = tw.Flush()
	if len(s.Confusions) == 0 {
		return
	}
	var list []string
	for _, c := range s.Confusions {
		list = append(list, fmt.Sprintf("%s as %s %d", c.Lang, c.As, c.Records))
	}
	fmt.Fprintf(w, "confused: %s\n", strings.Join(list, ", "))
}
