package indexer

import (
	"context"
	"fmt"
	"math"
	"slices"

	"polyglean/internal/record"
)

// LoggedScore is a score and where it stands in the log of scores.
type LoggedScore struct {
	Seq   uint64       `json:"seq"`
	Score record.Score `json:"score"`
}

// holds says whether a replaces b as the score of a record: that of the latest training
// does, and of one training the one that was logged last.
func (a *LoggedScore) holds(b *LoggedScore) bool {
	if b == nil || a.Score.Training != b.Score.Training {
		return b == nil || a.Score.Training > b.Score.Training
	}
	return a.Seq > b.Seq
}

// Score is the highest of the scores of the records, and the version of the model that
// gave it; "" when they have none.
func (s *Study) Score() (value float64, model string) {
	for _, m := range s.Members {
		if m.Score != nil && m.Score.Score.Model != "" && (model == "" || m.Score.Score.Value > value) {
			value, model = m.Score.Score.Value, m.Score.Score.Model
		}
	}
	return value, model
}

// Findings are those of a member of the study: what the classifier found in it, and the
// reasons that its score gives, where the published strategy finds no record of the
// study. Seeds are like the seeds by definition.
func (s *Study) Findings(m *Member) []record.Finding {
	findings := m.Record.Findings
	if m.Score == nil || s.matched() {
		return findings
	}
	scored := m.Score.Score.Findings()
	if s.IsSeed() {
		scored = slices.DeleteFunc(scored, func(f record.Finding) bool { return f.Reason == record.LikeTheSeeds })
	}
	return slices.Concat(findings, scored)
}

func (s *Study) matched() bool {
	return slices.ContainsFunc(s.Members, func(m Member) bool { return m.Record.Strategy.Matched })
}

// IsSeed says that a record of the study is one of the protocol's seed studies.
func (s *Study) IsSeed() bool {
	return slices.ContainsFunc(s.Members, func(m Member) bool { return m.Record.Seed > 0 })
}

// selectedByScore says that the score of a record puts the study before reviewers.
func (s *Study) selectedByScore() bool {
	for i := range s.Members {
		m := &s.Members[i]
		if len(s.Findings(m)) > len(m.Record.Findings) {
			return true
		}
	}
	return false
}

// undecidedFirst is what a study without a decision has above one with a decision in
// the order of screening; no score comes near it.
const undecidedFirst = 2 * scoreScale

// scoreScale makes a whole number of a score: all its figures count.
const scoreScale = 1_000_000_000

// screening is the place of the study in the order in which to screen.
func (s *Study) screening() int64 {
	value, _ := s.Score()
	place := int64(math.Round(value * scoreScale))
	if s.decision() == Undecided {
		place += undecidedFirst
	}
	return place
}

// Rescored is what became of scores.
type Rescored struct {
	// Refused are scores that the index will not take with their studies.
	Refused []Refused[LoggedScore]
	// Homeless are scores of records that are not in the index.
	Homeless []LoggedScore
}

// Rescore brings scores into the index. Studies are otherwise left as they are. The
// error wraps ErrUnavailable when the scores are to be sent again later; sending them
// again is always safe.
func Rescore(ctx context.Context, index Index, scores []LoggedScore) (Rescored, error) {
	var all Rescored
	for chunk := range slices.Chunk(scores, batchRecords) {
		if err := rescore(ctx, index, chunk, &all); err != nil {
			return Rescored{}, err
		}
	}
	return all, nil
}

func rescore(ctx context.Context, index Index, scores []LoggedScore, done *Rescored) error {
	latest := make(map[string]*LoggedScore, len(scores)) // by record ID
	aliases := make([]string, 0, len(scores))
	for i := range scores {
		l := &scores[i]
		id := l.Score.Record
		if latest[id] == nil {
			aliases = append(aliases, ExactValue(record.StudyID(id)))
		}
		if l.holds(latest[id]) {
			latest[id] = l
		}
	}
	for range mergeTries {
		stored, err := index.Lookup(ctx, ExactAlias, aliases)
		if err != nil {
			return fmt.Errorf("look up studies: %w", err)
		}
		var ops []Op
		var studies []Study
		found := make(map[string]bool, len(latest))
		for _, d := range stored {
			s, err := readStudy(d)
			if err != nil {
				return err
			}
			if !s.take(latest, found) {
				continue
			}
			doc, err := s.Document()
			if err != nil {
				return err
			}
			ops, studies = append(ops, Op{ID: s.ID, Version: d.Version + 1, Next: true, Doc: &doc}), append(studies, s)
		}
		var outcomes []Outcome
		if len(ops) > 0 {
			if outcomes, err = index.Apply(ctx, ops); err != nil {
				return err
			}
		}
		if slices.ContainsFunc(outcomes, func(o Outcome) bool { return o.Stale }) {
			continue
		}
		for i, o := range outcomes {
			for _, m := range studies[i].Members {
				if l := latest[m.Record.Candidate.ID]; o.Err != nil && l != nil {
					done.Refused = append(done.Refused, Refused[LoggedScore]{*l, o.Err})
				}
			}
		}
		for _, l := range latest {
			if !found[l.Score.Record] {
				done.Homeless = append(done.Homeless, *l)
			}
		}
		return nil
	}
	return fmt.Errorf("%w: another writer keeps changing the same studies", ErrUnavailable)
}

// take gives the members their scores and notes which records were there; false when
// nothing is new.
func (s *Study) take(scores map[string]*LoggedScore, found map[string]bool) bool {
	changed := false
	for i := range s.Members {
		m := &s.Members[i]
		id := m.Record.Candidate.ID
		l := scores[id]
		if l == nil {
			continue
		}
		found[id] = true
		if l.holds(m.Score) {
			m.Score, changed = l, true
		}
	}
	return changed
}
