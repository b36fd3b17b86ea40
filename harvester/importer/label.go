package importer

import (
	"fmt"
	"regexp"
	"strings"
)

// Label is what reviewers decided elsewhere about a record.
type Label string

// The labels. A record without a decision is labelled None.
const (
	None     Label = "none"
	Included Label = "included"
	Excluded Label = "excluded"
)

// ParseLabel reads a label as a person gives it.
func ParseLabel(s string) (Label, error) {
	switch l := Label(s); l {
	case None, Included, Excluded:
		return l, nil
	}
	return "", fmt.Errorf("label %q: want included, excluded or none", s)
}

// labelWords are the values of a column of decisions, in the words of screening
// programs. Those that leave the decision open are labelled None.
var labelWords = func() map[string]Label {
	words := map[string]Label{}
	for label, list := range map[Label]string{
		Included: "1,1.0,yes,y,true,include,included,inclusion,in,relevant,accept,accepted,sí,si,sim,oui,ja,incluido,incluído,inclus,eingeschlossen,是,纳入,はい,예,да",
		Excluded: "0,0.0,no,n,false,exclude,excluded,exclusion,out,irrelevant,not relevant,reject,rejected,não,nao,non,nein,excluido,excluído,exclu,ausgeschlossen,否,排除,いいえ,아니요,нет",
		None:     ",-1,maybe,unsure,undecided,conflict,none,na,n/a,unknown,unlabeled,unlabelled,pending,?,-",
	} {
		for w := range strings.SplitSeq(list, ",") {
			words[w] = label
		}
	}
	return words
}()

// readLabel reads a cell of a column of decisions; false when its word is not known.
func readLabel(cell string) (Label, bool) {
	label, ok := labelWords[strings.ToLower(strings.TrimSpace(cell))]
	return label, ok
}

// rayyan is what Rayyan writes into the notes of a record:
// RAYYAN-INCLUSION: {"Account"=>"Included", "Other"=>"Maybe"}.
var (
	rayyan        = regexp.MustCompile(`RAYYAN-INCLUSION:\s*\{([^}]*)\}`)
	rayyanVerdict = regexp.MustCompile(`=>\s*"?(Included|Excluded|Maybe)`)
)

// rayyanLabel reads the label that notes of Rayyan give: that of all who decided,
// where they agree.
func rayyanLabel(notes string) Label {
	m := rayyan.FindStringSubmatch(notes)
	if m == nil {
		return None
	}
	label := None
	for _, v := range rayyanVerdict.FindAllStringSubmatch(m[1], -1) {
		one := Included
		switch v[1] {
		case "Excluded":
			one = Excluded
		case "Maybe":
			return None
		}
		if label != None && label != one {
			return None
		}
		label = one
	}
	return label
}
