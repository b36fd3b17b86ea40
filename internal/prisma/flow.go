// Package prisma reports a review as PRISMA asks for it: the flow of records and
// studies (PRISMA 2020, Page et al., BMJ 2021;372:n71) as numbers and as a diagram,
// and the account of the searches (PRISMA-S, Rethlefsen et al., Syst Rev
// 2021;10:39).
package prisma

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// Count is a number with what it counts.
type Count struct {
	Label string `json:"label"`
	N     int    `json:"n"`
}

// Sum adds up counts.
func Sum(counts []Count) int {
	n := 0
	for _, c := range counts {
		n += c.N
	}
	return n
}

// Flow is the flow of records through a review, as far as it has come. Every record
// identified is in exactly one of the numbers after it; Balanced says so.
type Flow struct {
	// Review is its title, Date the day the numbers are of (YYYY-MM-DD).
	Review string `json:"review"`
	Date   string `json:"date"`
	// Updated asks for the form of an updated review; Previous is the number of
	// studies of the version before.
	Updated  bool `json:"updated,omitempty"`
	Previous int  `json:"previous_studies,omitempty"`

	// Databases are the records found by searching sources and reading them whole, and
	// those imported that were exported elsewhere, each by source; Others those found by
	// following citations.
	Databases []Count `json:"databases"`
	Others    []Count `json:"other_methods"`
	// Duplicates are records beyond the first of each study. Automation counts the
	// studies that were set aside as off topic by the classifier, Unreadable the records
	// that were parked.
	Duplicates int `json:"duplicates_removed"`
	Automation int `json:"ineligible_by_automation"`
	Unreadable int `json:"removed_for_other_reasons"`
	// Screened are the studies put before reviewers; Unscreened of them have no decision
	// on title and abstract yet.
	Screened   int `json:"screened"`
	Excluded   int `json:"excluded_on_title_and_abstract"`
	Unscreened int `json:"awaiting_screening"`
	// Sought are the reports wanted in full text, Unassessed of them have no decision
	// yet; whether a report could be had is not recorded.
	Sought     int `json:"sought"`
	Unassessed int `json:"awaiting_full_text"`
	Assessed   int `json:"assessed"`
	// Reasons are those of exclusion on the full text.
	Reasons []Count `json:"excluded_on_full_text"`
	// Included are studies; Reports are the records they were reported in. Known of the
	// included are of the version before.
	Included int `json:"included"`
	Reports  int `json:"included_reports"`
	Known    int `json:"included_known,omitempty"`
}

// Identified is the number of records found in all ways.
func (f *Flow) Identified() int { return Sum(f.Databases) + Sum(f.Others) }

// Removed is the number of records taken out before screening.
func (f *Flow) Removed() int { return f.Duplicates + f.Automation + f.Unreadable }

// Total is the number of studies of the review with those of the version before.
func (f *Flow) Total() int { return f.Previous + f.Included - f.Known }

// Balanced returns an error that names the first box whose numbers do not add up.
func (f *Flow) Balanced() error {
	for _, sum := range []struct {
		box         string
		have, parts int
	}{
		{"records identified", f.Identified(), f.Removed() + f.Screened},
		{"records screened", f.Screened, f.Excluded + f.Unscreened + f.Sought},
		{"reports sought", f.Sought, f.Unassessed + f.Assessed},
		{"reports assessed", f.Assessed, Sum(f.Reasons) + f.Included},
	} {
		if sum.have != sum.parts {
			return fmt.Errorf("%s are %d, what became of them adds up to %d", sum.box, sum.have, sum.parts)
		}
	}
	return nil
}

// rows are the numbers in the order of the diagram.
func (f *Flow) rows() [][3]string {
	var out [][3]string
	add := func(phase, what string, n int) { out = append(out, [3]string{phase, what, strconv.Itoa(n)}) }
	if f.Updated {
		add("previous", "studies included in the previous version of the review", f.Previous)
	}
	for _, c := range f.Databases {
		add("identification", "records identified from "+c.Label, c.N)
	}
	for _, c := range f.Others {
		add("identification", "records identified by "+c.Label, c.N)
	}
	add("identification", "duplicate records removed", f.Duplicates)
	add("identification", "marked as ineligible by automation", f.Automation)
	add("identification", "removed for other reasons: could not be read", f.Unreadable)
	add("screening", "records screened", f.Screened)
	add("screening", "records excluded", f.Excluded)
	add("screening", "records awaiting screening", f.Unscreened)
	add("screening", "reports sought for retrieval", f.Sought)
	add("screening", "reports awaiting assessment", f.Unassessed)
	add("screening", "reports assessed for eligibility", f.Assessed)
	for _, c := range f.Reasons {
		add("screening", "reports excluded: "+c.Label, c.N)
	}
	add("included", "studies included", f.Included)
	add("included", "reports of included studies", f.Reports)
	if f.Updated {
		add("included", "studies included that the previous version had", f.Known)
		add("included", "total studies included", f.Total())
	}
	return out
}

// CSV writes the numbers as a table of phase, what and n.
func (f *Flow) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"phase", "what", "n"}); err != nil {
		return err
	}
	for _, row := range f.rows() {
		if err := out.Write(row[:]); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
