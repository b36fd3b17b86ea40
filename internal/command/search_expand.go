package command

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"polyglean/indexer"
	"polyglean/internal/langcode"
	"polyglean/internal/protocol"
)

// expandFlags say how a query is widened to other words and languages.
type expandFlags struct {
	in      []string
	negated bool
}

func (f *expandFlags) register(set *pflag.FlagSet) {
	set.StringSliceVar(&f.in, "expand", nil, "look for what the words mean in these languages alone (es,pt), or off for the words as typed (default all languages)")
	set.BoolVar(&f.negated, "expand-not", false, "also look for what the words behind NOT mean, and leave that out")
}

// expand is what the flags ask.
func (f *expandFlags) expand() (indexer.Expand, error) {
	e := indexer.Expand{Negated: f.negated, Reader: readerLanguages(os.Getenv)}
	switch {
	case slices.Equal(f.in, []string{"off"}):
		e.Off = true
	case len(f.in) > 0 && !slices.Equal(f.in, []string{"all"}):
		for _, tag := range f.in {
			code := langcode.Of(tag)
			if code == "" {
				return e, usagef("--expand %q: want off, all, or codes of languages, as es,pt", tag)
			}
			if !slices.Contains(e.Languages, code) {
				e.Languages = append(e.Languages, code)
			}
		}
	}
	return e, nil
}

// readerLanguages is the language of the terminal, as POSIX writes it: es_MX.UTF-8.
func readerLanguages(getenv func(string) string) []string {
	locale, _, _ := strings.Cut(cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")), ".")
	if code := langcode.Of(locale); code != "" {
		return []string{code}
	}
	return nil
}

// printExpansions says how a query was understood.
func printExpansions(w io.Writer, st styles, expansions []indexer.Expansion, names protocol.Names) {
	if len(expansions) == 0 {
		return
	}
	off := 0
	fmt.Fprintln(w)
	for _, e := range expansions {
		terms, languages := e.Used()
		if languages == 0 {
			off++
			continue
		}
		fmt.Fprintf(w, "%s%s → %s: %s in %s%s\n", st.dim, clean(e.Text), clean(names.Concept(e.Concept)),
			plural(terms, "term", "terms"), plural(languages, "language", "languages"), st.reset)
	}
	if off == len(expansions) {
		fmt.Fprintf(w, "%sOnly the words as typed; without --expand also what they mean.%s\n", st.dim, st.reset)
		return
	}
	fmt.Fprintf(w, "%s--json lists the terms; --expand=off looks for the words as typed, --expand=es,pt in some languages.%s\n", st.dim, st.reset)
}
