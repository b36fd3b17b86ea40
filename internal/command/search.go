package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"polyglean/indexer"
	"polyglean/internal/protocol"
)

// queryFlags are the flags that say which studies are meant.
type queryFlags struct {
	q        indexer.Query
	language []string
	class    []string
	flag     []string
	reason   []string
	sources  []string
	decision []string
	facets   []string
	year     string
	order    string
	expand   expandFlags
}

func (f *queryFlags) register(set *pflag.FlagSet) {
	set.StringSliceVar(&f.language, "language", nil, "only studies with a text in this language (es, spa, zh-Hant; und for unknown)")
	set.StringSliceVar(&f.class, "language-class", nil, "only of this class: english, english-metadata (the paper is in another language), several, other, unknown")
	set.StringSliceVar(&f.flag, "flag", nil, "only with this flag: keyword-miss, non-english, definition-open, no-abstract, retracted, deleted")
	set.StringSliceVar(&f.reason, "reason", nil, "only missed for this reason: other-words, other-language, missing-block, like-the-seeds, cited, not-judgeable")
	set.StringSliceVar(&f.sources, "source", nil, "only from this source or imported database, in any case: openalex, 'Sociological Abstracts'")
	set.StringSliceVar(&f.decision, "decision", nil, "only with this decision: include, exclude, maybe, undecided")
	set.StringSliceVar(&f.facets, "facet", nil, "only with this value of a facet: decade=2010s, journal-country=BR, license=not-stated, attr:design=interview, or by names, 'Study design=interview'")
	set.StringVar(&f.year, "year", "", "year or range of years: 2018, 2010-2020, 2015-, -2009")
	set.StringVar(&f.order, "order", "", "relevance, screening (undecided and most likely to be included first), newest or oldest")
	set.BoolVar(&f.q.SetAside, "set-aside", false, "also what was read and set aside as off topic")
	f.expand.register(set)
}

// query is what the flags and the arguments ask.
func (f *queryFlags) query(args []string) (indexer.Query, error) {
	q := f.q
	q.Text = strings.Join(args, " ")
	var err error
	if q.Expand, err = f.expand.expand(); err != nil {
		return q, err
	}
	q.Filters = map[string][]string{
		indexer.FacetLanguage: f.language, indexer.FacetLanguageClass: f.class, indexer.FacetFlag: f.flag, indexer.FacetReason: f.reason,
		indexer.FacetSource: f.sources, indexer.FacetDecision: f.decision,
	}
	for _, f := range f.facets {
		name, value, ok := strings.Cut(f, "=")
		if !ok || value == "" {
			return q, usagef("--facet %q: want a facet and a value, as decade=2010s", f)
		}
		q.Filters[name] = append(q.Filters[name], value)
	}
	for name, values := range q.Filters {
		if len(values) == 0 {
			delete(q.Filters, name)
		}
	}
	if q.YearFrom, q.YearTo, err = yearRange(f.year); err != nil {
		return q, err
	}
	q.Order = indexer.Order(f.order)
	if q.Order != "" && !slices.Contains(indexer.Orders, q.Order) {
		return q, usagef("--order %q: want relevance, screening, newest or oldest", f.order)
	}
	return q, nil
}

// openSearch opens what a search needs. Elasticsearch is asked by itself; the
// embedded index may be in use.
func (p *pipeline) openSearch(ctx context.Context) error {
	if p.config.Index.Backend == backendElasticsearch {
		return p.openIndex(ctx)
	}
	return p.openStudies(ctx)
}

func searchCommand(g *globals) *cobra.Command {
	var (
		wanted queryFlags
		size   int
		after  string
		prefix string
		asJSON bool
		facets bool
	)
	cmd := &cobra.Command{
		Use:   "search [QUERY]",
		Short: "Search the studies",
		Long: `Search the studies. A query is words, "phrases", trunc*, AND OR NOT, parentheses, and
the fields ti: ab: kw: au: jo: (title, abstract, keyword, author, journal). One in the
syntax of PubMed, Ovid, Scopus, Web of Science or EBSCO is read as it is meant there, and
what it is in this one is said. Without a query all studies are listed, newest first.

Words that name a concept of the protocol's lexicon are looked for in what every language
calls it, whatever language they are typed in; what was understood is said above the
studies. Studies with the words as typed come first.`,
		Example: `  polyglean search 'exit* AND (brothel OR "red-light")'
  polyglean search --flag keyword-miss --language es,pt
  polyglean search --reason other-words --year 2015-2020 --json
  polyglean search 'trata de personas' --expand es,pt`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := wanted.query(args)
			if err != nil {
				return err
			}
			q.Size, q.After, q.Suggest = size, after, true
			return g.run((*pipeline).openSearch, func(ctx context.Context, p *pipeline, _ []string, out io.Writer) error {
				if prefix != "" {
					return complete(ctx, p.searcher, prefix, asJSON, out)
				}
				q := withIDs(q, p.protocol)
				q.Facets = indexer.AllFacets(p.protocol.Attributes)
				if !asJSON {
					q.FacetSize = indexer.MaxSize // for the range of years
					if !facets {
						q.Facets = printedFacets
					}
				}
				result, err := timely(ctx, p.searcher, q)
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(out, result)
				}
				printResult(out, result, p.protocol, facets)
				if q.Order == indexer.ByScreening {
					return p.tellRelevance(ctx, out)
				}
				return nil
			})(cmd, args)
		},
	}
	f := cmd.Flags()
	wanted.register(f)
	f.IntVar(&size, "size", 20, "number of studies, at most 1,000")
	f.StringVar(&after, "after", "", "go on after this page (the JSON's next)")
	f.StringVar(&prefix, "complete", "", "list the words and phrases of titles and keywords that begin so, and search for nothing")
	f.BoolVar(&facets, "facets", false, "print the counts of all facets, not only of the usual ones")
	f.BoolVar(&asJSON, "json", false, "print JSON, with the counts of all facets")
	return cmd
}

// complete prints what a prefix may go on to.
func complete(ctx context.Context, s indexer.Searcher, prefix string, asJSON bool, out io.Writer) error {
	found, err := s.Complete(ctx, prefix, 0)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(out, found)
	}
	for _, c := range found {
		fmt.Fprintf(out, "%6s  %s\n", thousands(c.Studies), clean(c.Text))
	}
	return nil
}

// yearRange reads "2018", "2010-2020", "2015-" and "-2009".
func yearRange(s string) (from, to int, err error) {
	if s == "" {
		return 0, 0, nil
	}
	a, b, ranged := strings.Cut(s, "-")
	if !ranged {
		b = a
	}
	for text, year := range map[*int]string{&from: a, &to: b} {
		if year == "" {
			continue
		}
		n, err := strconv.Atoi(year)
		if err != nil || n < 1 || n > 9999 {
			return 0, 0, usagef("--year %q: want a year or a range like 2010-2020", s)
		}
		*text = n
	}
	if to > 0 && from > to {
		return 0, 0, usagef("--year %q: the range ends before it begins", s)
	}
	return from, to, nil
}

// styles are the escape sequences of a terminal, all empty elsewhere.
type styles struct{ bold, dim, mark, reset string }

func stylesFor(w io.Writer) styles {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("NO_COLOR") != "" {
		return styles{}
	}
	return styles{bold: "\x1b[1m", dim: "\x1b[2m", mark: "\x1b[1;33m", reset: "\x1b[0m"}
}

func printResult(w io.Writer, r indexer.Result, p *protocol.Protocol, allFacets bool) {
	st := stylesFor(w)
	fmt.Fprintf(w, "%s\n", plural(r.Total, "study", "studies"))
	if r.Suggestion != nil {
		fmt.Fprintf(w, "Did you mean: %s%s%s\n", st.bold, clean(r.Suggestion.Query), st.reset)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(w, "Note: %s\n", clean(note))
	}
	printExpansions(w, st, r.Expansions, p.Names)
	for i, h := range r.Hits {
		printHit(w, st, i+1, h)
	}
	if len(r.Hits) < r.Total && r.Next != "" {
		fmt.Fprintf(w, "\n%s … %s more: --after %s%s\n", st.dim, thousands(r.Total-len(r.Hits)), r.Next, st.reset)
	}
	printFacets(w, st, r, p, allFacets)
}

func printHit(w io.Writer, st styles, n int, h indexer.Hit) {
	s := &h.Study
	title := cmp.Or(clean(s.Title().Value.Text), "(no title)")
	var rest []indexer.Snippet
	for _, sn := range h.Snippets {
		if sn.Field == "title" && sn.Text == s.Title().Value.Text {
			title = marked(st, sn)
			continue
		}
		rest = append(rest, sn)
	}
	fmt.Fprintf(w, "\n%s%3d.%s %s\n", st.bold, n, st.reset, title)
	var line []string
	if names := s.Authors().Value; len(names) > 0 {
		first := clean(names[0].Name)
		if len(names) > 1 {
			first += " et al."
		}
		line = append(line, first)
	}
	if y := s.Year().Value; y > 0 {
		line = append(line, strconv.Itoa(y))
	}
	if c := s.Container().Value; c != "" {
		line = append(line, clean(c))
	}
	line = append(line, strings.Join(s.Languages(), "+"), clean(strings.Join(s.Sources(), "+")))
	fmt.Fprintf(w, "     %s%s%s\n", st.dim, strings.Join(slices.DeleteFunc(line, func(p string) bool { return p == "" }), " · "), st.reset)
	for _, sn := range rest[:min(len(rest), 2)] {
		fmt.Fprintf(w, "     %s\n", marked(st, sn))
	}
	var why []string
	for _, r := range s.Reasons() {
		why = append(why, string(r))
	}
	if len(why) > 0 {
		fmt.Fprintf(w, "     missed by the keyword search: %s\n", strings.Join(why, ", "))
	}
	fmt.Fprintf(w, "     %s%s%s\n", st.dim, s.ID, st.reset)
}

// marked shows a snippet with its marks: bold on a terminal, between asterisks
// elsewhere.
func marked(st styles, sn indexer.Snippet) string {
	before, after := st.mark, st.reset
	if before == "" {
		before, after = "*", "*"
	}
	var b strings.Builder
	if sn.CutStart {
		b.WriteString("… ")
	}
	at := 0
	for _, m := range sn.Marks {
		b.WriteString(clean(sn.Text[at:m.Start]) + before + clean(sn.Text[m.Start:m.End]) + after)
		at = m.End
	}
	b.WriteString(clean(sn.Text[at:]))
	if sn.CutEnd {
		b.WriteString(" …")
	}
	return b.String()
}

// clean keeps what a source wrote from moving the cursor or turning the line
// round: control and bidirectional format characters go.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return ' '
		case r < ' ', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
}
