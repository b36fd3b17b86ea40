package trainer

import (
	"polyglean/classifier/relevance"
	"polyglean/internal/record"
)

// labels are what reviewers' decisions say of studies, by the ID they were made on.
type labels map[string][]relevance.Label

// voice is one account at one stage: its last word counts.
type voice struct {
	study, by string
	stage     record.Stage
}

// readDecisions makes labels of decisions, which come in the order they were made in. A
// verdict on the full text counts before those on title and abstract. Where accounts
// disagree the study gets both labels, and nothing is learnt from it; "maybe" is none.
func readDecisions(each func(func(record.Decision) error) error) (labels, error) {
	last := make(map[voice]record.Verdict)
	err := each(func(d record.Decision) error {
		if !d.Ruling() {
			last[voice{d.Study, d.By, d.Stage}] = d.Verdict
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	said := make(map[record.Stage]map[string]map[relevance.Label]bool)
	for v, verdict := range last {
		var label relevance.Label
		switch verdict {
		case record.Include:
			label = relevance.Include
		case record.Exclude:
			label = relevance.Exclude
		default:
			continue
		}
		if said[v.stage] == nil {
			said[v.stage] = make(map[string]map[relevance.Label]bool)
		}
		if said[v.stage][v.study] == nil {
			said[v.stage][v.study] = make(map[relevance.Label]bool)
		}
		said[v.stage][v.study][label] = true
	}
	out := make(labels)
	for _, stage := range []record.Stage{record.StageTitleAbstract, record.StageFullText} {
		for study, given := range said[stage] {
			out[study] = nil
			for _, label := range []relevance.Label{relevance.Include, relevance.Exclude} {
				if given[label] {
					out[study] = append(out[study], label)
				}
			}
		}
	}
	return out, nil
}

// of are the labels of a record: what reviewers say of the study it would be alone, and
// that it is a seed.
func (l labels) of(r *reading) []relevance.Label {
	var out []relevance.Label
	if len(l) > 0 {
		out = append(out, l[record.StudyID(r.Candidate.ID)]...)
	}
	if r.Seed > 0 {
		out = append(out, relevance.Include)
	}
	return out
}
