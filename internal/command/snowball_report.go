package command

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"polyglean/harvester"
	"polyglean/indexer"
	"polyglean/internal/record"
)

// snowballReport is the outcome of a snowballing.
type snowballReport struct {
	From    []string  `json:"from"`
	Started time.Time `json:"started"`
	// Sources follow citations; NotFollowing are enabled and cannot.
	Sources      []string        `json:"sources"`
	NotFollowing []string        `json:"not_following,omitempty"`
	Rounds       []snowballRound `json:"rounds"`
}

func (r *snowballReport) partial() bool {
	return slices.ContainsFunc(r.Rounds, func(round snowballRound) bool {
		return round.Run != nil && round.Run.State != harvester.StateComplete
	})
}

// snowballRound is the outcome of one round.
type snowballRound struct {
	Round int `json:"round"`
	// Followed is how many studies the round began with. Lost are those that none of
	// the sources knows an identifier of.
	Followed int      `json:"followed"`
	Lost     []string `json:"lost,omitempty"`
	// Run is nil when all was asked by an earlier call.
	Run *runReport `json:"run,omitempty"`
	// Finds are the studies that this call added to the index; Relevant are those of
	// them that the strategy matches or that are flagged as a keyword miss.
	Finds    int            `json:"finds"`
	Relevant []snowballFind `json:"relevant"`
}

// snowballFind is a study that was found by following others.
type snowballFind struct {
	Study string `json:"study"`
	Title string `json:"title"`
	// Paths are all the ways that led to it, of this round and others.
	Paths []record.Path `json:"paths"`
}

func (r *snowballRound) add(st *indexer.Study) {
	r.Finds++
	if !relevant(st) {
		return
	}
	find := snowballFind{Study: st.ID, Title: st.Title().Value.Text}
	for i := range st.Members {
		for _, way := range st.Members[i].Record.Candidate.Paths {
			if !slices.ContainsFunc(find.Paths, func(p record.Path) bool { return p.Query() == way.Query() }) {
				find.Paths = append(find.Paths, way)
			}
		}
	}
	r.Relevant = append(r.Relevant, find)
}

// pathWords says what a path is, as seen from the find.
func pathWords(p record.Path) string {
	how := "cited by"
	if p.How == record.CitedBy {
		how = "cites"
	}
	return fmt.Sprintf("%s %s (round %d)", how, p.Study, p.Round)
}

func printSnowball(w io.Writer, r snowballReport) error {
	if len(r.NotFollowing) > 0 {
		fmt.Fprintf(w, "Citations are known to %s, and not to %s.\n", strings.Join(r.Sources, ", "), strings.Join(r.NotFollowing, ", "))
	}
	for _, round := range r.Rounds {
		fmt.Fprintf(w, "\nRound %d follows %s.\n", round.Round, plural(round.Followed, "study", "studies"))
		if n := len(round.Lost); n > 0 {
			fmt.Fprintf(w, "%s no identifier that these sources know: %s\n", plural(n, "study has", "studies have"), strings.Join(round.Lost, ", "))
		}
		if round.Run == nil {
			fmt.Fprintf(w, "All of it was asked since %s; --again asks anew.\n", r.Started.Format("2006-01-02 15:04 MST"))
			continue
		}
		fmt.Fprintln(w)
		run := round.Run.Run
		run.Queries = round.Run.Queries
		if err := printRun(w, run); err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s that nothing had found before, %s likely relevant\n",
			plural(round.Finds, "study", "studies"), plural(len(round.Relevant), "is", "are"))
		for _, find := range round.Relevant {
			fmt.Fprintf(w, "    %s  %s\n", find.Study, clean(find.Title))
			for _, way := range find.Paths {
				fmt.Fprintf(w, "        %s\n", clean(pathWords(way)))
			}
		}
	}
	return nil
}
