package evaluate

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"polyglean/classifier"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/table"
)

// FlagColumns are what the rows of Flags must have; an abstract may be there too.
var FlagColumns = []string{"title", "lang", "relevant"}

// FlagScores say how well a protocol finds or flags what it should, and no more.
type FlagScores struct {
	Records  int `json:"records"`
	Relevant int `json:"relevant"`
	// Matched are the relevant records that the published strategy finds by itself.
	Matched int `json:"matched"`
	// Undecided are records of which too little is known, and which the classifier
	// therefore flags as not judgeable and as nothing else. They count as neither
	// found nor wrongly flagged.
	Undecided int `json:"undecided"`
	// Recall is the part of the relevant records that is matched or flagged,
	// FalseRate the same part of the others; 0 where there are none.
	Recall      float64                  `json:"recall"`
	FalseRate   float64                  `json:"false_rate"`
	PerLanguage map[string]LanguageFlags `json:"per_language"`
	// Missed are the relevant records that are not found, False the others that are.
	Missed []FlaggedRow `json:"missed"`
	False  []FlaggedRow `json:"false"`

	found, flagged int
	names          protocol.Names
}

// LanguageFlags are the scores of the rows of one language.
type LanguageFlags struct {
	Records   int     `json:"records"`
	Relevant  int     `json:"relevant"`
	Found     int     `json:"found"`
	Flagged   int     `json:"flagged"`
	Undecided int     `json:"undecided"`
	Recall    float64 `json:"recall"`
	FalseRate float64 `json:"false_rate"`
}

// FlaggedRow is a row that the protocol gets wrong, with what it rests on.
type FlaggedRow struct {
	// Line of the file, from 1.
	Line  int    `json:"line"`
	Lang  string `json:"lang"`
	Title string `json:"title"`
	// Reasons say why the record was flagged; "matched" stands for the strategy.
	Reasons  []string `json:"reasons"`
	Concepts []string `json:"concepts"`
}

// Flags classifies each row by its title and abstract and compares with the label.
// The language of a row groups the scores; the classifier is not told it, because
// many sources declare none. Concepts are printed by their names.
func Flags(c *classifier.Classifier, names protocol.Names, rows []table.Row) (*FlagScores, error) {
	s := &FlagScores{
		names: names, PerLanguage: make(map[string]LanguageFlags),
		Missed: []FlaggedRow{}, False: []FlaggedRow{},
	}
	for _, row := range rows {
		relevant, err := label(row, "relevant")
		if err != nil {
			return nil, err
		}
		if row.Get("title") == "" && row.Get("abstract") == "" {
			return nil, fmt.Errorf("line %d has neither a title nor an abstract: there is nothing to judge by, so remove the row", row.Line)
		}
		got := c.Classify(candidate(row))
		found, undecided := Found(&got)
		s.count(row.Get("lang"), relevant, found, undecided)
		if relevant && got.Strategy.Matched {
			s.Matched++
		}
		switch {
		case relevant && !found:
			s.Missed = append(s.Missed, flaggedRow(row, &got))
		case !relevant && found:
			s.False = append(s.False, flaggedRow(row, &got))
		}
	}
	s.Recall, s.FalseRate = rate(s.found, s.Relevant), rate(s.flagged, s.Records-s.Relevant)
	for lang, l := range s.PerLanguage {
		l.Recall, l.FalseRate = rate(l.Found, l.Relevant), rate(l.Flagged, l.Records-l.Relevant)
		s.PerLanguage[lang] = l
	}
	return s, nil
}

// Found reports whether a record goes before reviewers: the strategy matches it, or
// it is flagged as a keyword miss. A record that is flagged only because too little
// is known of it is undecided.
func Found(r *record.Classified) (found, undecided bool) {
	reasons := r.Reasons()
	undecided = !r.Strategy.Matched && slices.Equal(reasons, []record.Reason{record.NotJudgeable})
	return r.Strategy.Matched || len(reasons) > 0 && !undecided, undecided
}

func (s *FlagScores) count(lang string, relevant, found, undecided bool) {
	l := s.PerLanguage[lang]
	l.Records++
	s.Records++
	if undecided {
		l.Undecided++
		s.Undecided++
	}
	if relevant {
		l.Relevant++
		s.Relevant++
	}
	switch {
	case relevant && found:
		l.Found++
		s.found++
	case found:
		l.Flagged++
		s.flagged++
	}
	s.PerLanguage[lang] = l
}

// candidate is a row as a record of a source that declares nothing.
func candidate(row table.Row) record.Candidate {
	r := record.Candidate{ID: fmt.Sprintf("row:%d", row.Line)}
	if title := row.Get("title"); title != "" {
		r.Titles = []record.Text{{Text: title}}
	}
	if abstract := row.Get("abstract"); abstract != "" {
		r.Abstracts = []record.Text{{Text: abstract}}
	}
	return r
}

func flaggedRow(row table.Row, got *record.Classified) FlaggedRow {
	f := FlaggedRow{Line: row.Line, Lang: row.Get("lang"), Title: row.Get("title"), Reasons: []string{}, Concepts: []string{}}
	if got.Strategy.Matched {
		f.Reasons = append(f.Reasons, "matched")
	}
	for _, r := range got.Reasons() {
		f.Reasons = append(f.Reasons, string(r))
	}
	for _, h := range got.Concepts {
		f.Concepts = append(f.Concepts, h.Concept)
	}
	return f
}

// label reads a cell that says yes or no.
func label(row table.Row, column string) (bool, error) {
	if row.Yes(column) {
		return true, nil
	}
	switch strings.ToLower(row.Get(column)) {
	case "no", "n", "false", "0", "exclude", "excluded":
		return false, nil
	}
	return false, fmt.Errorf("line %d: %s is %q: write yes or no", row.Line, column, row.Get(column))
}

// Print writes the scores for people.
func (s *FlagScores) Print(w io.Writer) {
	fmt.Fprintf(w, "%d records, %d relevant; the strategy alone finds %d of them\n", s.Records, s.Relevant, s.Matched)
	fmt.Fprintf(w, "recall      %.3f  %d of %d relevant are matched or flagged\n", s.Recall, s.found, s.Relevant)
	fmt.Fprintf(w, "false rate  %.3f  %d of %d others are\n", s.FalseRate, s.flagged, s.Records-s.Relevant)
	fmt.Fprintf(w, "undecided   %d  flagged as not judgeable and nothing else\n\n", s.Undecided)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "language\tfound of relevant\tflagged of others\tundecided")
	for _, lang := range slices.Sorted(maps.Keys(s.PerLanguage)) {
		l := s.PerLanguage[lang]
		fmt.Fprintf(t, "%s\t%d of %d\t%d of %d\t%d\n", lang, l.Found, l.Relevant, l.Flagged, l.Records-l.Relevant, l.Undecided)
	}
	_ = t.Flush()
	s.printRows(w, "relevant and not found", s.Missed)
	s.printRows(w, "found and not relevant", s.False)
}

func (s *FlagScores) printRows(w io.Writer, what string, rows []FlaggedRow) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", what)
	for _, r := range rows {
		fmt.Fprintf(w, "  line %d (%s) %s\n", r.Line, r.Lang, r.Title)
		if len(r.Concepts) > 0 {
			concepts := make([]string, len(r.Concepts))
			for i, id := range r.Concepts {
				concepts[i] = s.names.Concept(id)
			}
			fmt.Fprintf(w, "      %s: %s\n", strings.Join(r.Reasons, ", "), strings.Join(concepts, ", "))
		}
	}
}
