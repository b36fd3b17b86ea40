package indexer

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"polyglean/indexer/analysis"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// Limits of a query.
const (
	// DefaultSize is the number of hits, and of values of a facet, where none is
	// asked for; MaxSize is the most of either.
	DefaultSize = 20
	MaxSize     = 1000
)

// Compiled is a query ready to run.
type Compiled struct {
	Plan Plan
	// Terms are the words and phrases that are looked for, as understood.
	Terms []string
	// Expansions are the parts of the query that name concepts.
	Expansions []Expansion
	// Notes are what a reader should know of how the text was read.
	Notes []string

	markers  []marker
	expand   Expand
	ways     map[*strategy.Term][][]string
	concepts []conceptMarker
	facets   []place // of Plan.Facets
	// facetSize is how many values of each are wanted. Plan asks for more, because what
	// is left out is counted.
	facetSize int
}

// Compile turns a reader's query into a plan. A word is looked for in every
// inflection of every language analysis knows (of sex-trafficking, the last part), a
// phrase and a truncated word as they stand; with a thesaurus, nil for none, a word that
// names a concept is looked for in other words and languages, too. The error is a *strategy.SyntaxError where the text
// cannot be run and a *QueryError where another part is at fault.
func Compile(q Query, t *Thesaurus) (*Compiled, error) {
	c := &Compiled{Plan: Plan{Query: All{}, After: q.After}, expand: q.Expand}
	if t != nil {
		if err := t.check(&c.expand); err != nil {
			return nil, err
		}
		if err := t.knowAttributes(q.Filters); err != nil {
			return nil, err
		}
	}
	text := strings.TrimSpace(q.Text)
	if text != "" {
		query, err := strategy.ReadQuery(q.Text)
		if err != nil {
			return nil, err
		}
		c.understand(t, query.Text, query.Node)
		if c.Plan.Query, err = c.expr(query.Node, false, query.Text); err != nil {
			var fault *strategy.SyntaxError
			if errors.As(err, &fault) {
				fault.Fix = answerable(query.Node)
				query.Locate(fault)
			}
			return nil, err
		}
		c.Notes = notes(query)
	}
	for _, step := range []func(Query) error{c.addFilters, c.addYears, c.addOrder, c.addSizes} {
		if err := step(q); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// expr compiles a part of the text. What is negated is neither marked nor listed.
func (c *Compiled) expr(n strategy.Node, negated bool, query string) (Expr, error) {
	switch n := n.(type) {
	case *strategy.Term:
		return c.term(n, negated, query)
	case *strategy.Not:
		part, err := c.expr(n.Part, !negated, query)
		return Bool{Not: []Expr{part}}, err
	case *strategy.Or:
		var b Bool
		for _, p := range n.Parts {
			part, err := c.expr(p, negated, query)
			if err != nil {
				return nil, err
			}
			b.Should = append(b.Should, part)
		}
		return b, nil
	case *strategy.And:
		var b Bool
		for _, p := range n.Parts {
			if not, ok := p.(*strategy.Not); ok {
				part, err := c.expr(not.Part, !negated, query)
				if err != nil {
					return nil, err
				}
				b.Not = append(b.Not, part)
				continue
			}
			part, err := c.expr(p, negated, query)
			if err != nil {
				return nil, err
			}
			b.Must = append(b.Must, part)
		}
		return b, nil
	case *strategy.Near:
		return nil, &strategy.SyntaxError{
			Query: query, Offset: n.Pos(),
			Problem: "a search of the index cannot tell how near words are",
			Hint:    `use a "phrase" or AND instead of NEAR and ADJ`,
		}
	default:
		return nil, fmt.Errorf("indexer: no such part of a query: %T", n)
	}
}

// searched is a field of the syntax: where it is looked for and what a hit there
// is worth. Authors and containers have no stems.
type searched struct {
	text, stem string
	boost      float64
}

var (
	inTitle     = searched{TextTitle, StemTitle, 3}
	inKeyword   = searched{TextKeyword, StemKeyword, 2}
	inAbstract  = searched{TextAbstract, StemAbstract, 1}
	inAuthor    = searched{TextAuthor, "", 1}
	inContainer = searched{TextContainer, "", 1}

	searchedFields = map[strategy.Field][]searched{
		strategy.AnyField:  {inTitle, inKeyword, inAbstract},
		strategy.Title:     {inTitle},
		strategy.Abstract:  {inAbstract},
		strategy.Keyword:   {inKeyword},
		strategy.Author:    {inAuthor},
		strategy.Container: {inContainer},
	}

	markedFields = map[strategy.Field][]record.Field{
		strategy.AnyField: {record.FieldTitle, record.FieldKeyword, record.FieldAbstract},
		strategy.Title:    {record.FieldTitle},
		strategy.Abstract: {record.FieldAbstract},
		strategy.Keyword:  {record.FieldKeyword},
	}

	doiPattern = regexp.MustCompile(`^10\.[0-9]{4,9}/\S+$`)
)

// inflectedBoost is what another form of a word is worth beside the word as typed.
const inflectedBoost = 0.5

// minCut is the length in runes of the shortest stem at which the last word of a
// compound is cut off to find its other forms.
const minCut = 4

func (c *Compiled) term(t *strategy.Term, negated bool, query string) (Expr, error) {
	typed := strings.Join(t.Words, " ")
	words, truncated := strings.CutSuffix(typed, "*")
	if problem, hint := unsupported(words); problem != "" {
		return nil, &strategy.SyntaxError{Query: query, Offset: t.At, Problem: problem, Hint: hint}
	}
	tokens := analysis.Analyze(words, "")
	if len(tokens) == 0 {
		return nil, &strategy.SyntaxError{
			Query: query, Offset: t.At,
			Problem: fmt.Sprintf("%q holds no letter or figure to look for", typed), Hint: "leave it out",
		}
	}
	// A run of letters that is cut into pairs matches anywhere in a longer run.
	size := len(tokens)
	last := tokens[size-1]
	if last.Tail && size > 1 {
		size--
	}
	m := marker{
		fields: markedFields[t.Field], prefix: truncated || last.Letter && !last.Tail,
		bare: !t.Quoted && !truncated && len(tokens) == 1,
	}
	for _, token := range tokens[:size] {
		m.words = append(m.words, token.Surface)
	}
	if !t.Quoted && !truncated && !allPairs(tokens) {
		m.inflect(words[last.Start:last.End])
	}

	var b Bool
	for _, in := range searchedFields[t.Field] {
		b.Should = append(b.Should, sequence(in.text, m.words, m.prefix, in.boost))
		if in.stem != "" {
			b.Should = append(b.Should, m.inflections(in)...)
		}
	}
	if t.Field == strategy.AnyField && doiPattern.MatchString(typed) {
		b.Should = append(b.Should, Term{Field: ExactDOI, Value: ExactValue(strings.ToLower(typed)), Boost: 10})
	}
	b.Should = append(b.Should, c.meant(t, negated)...)
	if !negated {
		c.markers = append(c.markers, m)
		c.Terms = append(c.Terms, t.String())
	}
	return b, nil
}

// inflect has the other forms of the last word looked for, too. Before it stand the
// parts of a compound (sex-trafficking): those are looked for as they are, and the last
// one is cut off at its stem, because stems have no places.
func (m *marker) inflect(last string) {
	word := m.words[len(m.words)-1]
	for _, r := range analysis.Readings(last) {
		if len(m.words) == 1 || r.Word != word && strings.HasPrefix(word, r.Word) && utf8.RuneCountInString(r.Word) >= minCut {
			m.readings = append(m.readings, r)
		}
	}
}

// inflections look for the other forms of a word, in texts of the language whose they
// are.
func (m *marker) inflections(in searched) []Expr {
	var exprs []Expr
	boost := in.boost * inflectedBoost
	last := len(m.words) - 1
	languages := make(map[string][]Expr) // in which a word of the text is the stem
	for _, r := range m.readings {
		if last == 0 {
			exprs = append(exprs, Term{Field: in.stem, Value: r.Stem(), Boost: boost})
		}
		if r.Word != m.words[last] {
			languages[r.Word] = append(languages[r.Word], Term{Field: ExactStemmed, Value: r.Lang})
		}
	}
	for _, word := range slices.Sorted(maps.Keys(languages)) {
		stem := sequence(in.text, append(slices.Clone(m.words[:last]), word), last > 0, boost)
		exprs = append(exprs, Bool{Must: []Expr{stem}, Filter: []Expr{Bool{Should: languages[word]}}})
	}
	return exprs
}

// unsupported says what of the strategy syntax the index cannot answer.
func unsupported(words string) (problem, hint string) {
	switch {
	case strings.Contains(words, "?"):
		return `a search of the index cannot leave out single letters with "?"`, "cut the word off with * (wom*), or write both words with OR"
	case strings.Contains(words, "*"):
		return `"*" can only end a word or phrase here`, "write the beginning of the last word and * behind it: sex traffick*"
	}
	return "", ""
}

func allPairs(tokens []analysis.Token) bool {
	// Pairs are never stemmed; a run of them always ends in a letter.
	for i, t := range tokens {
		if !t.Letter && (i+1 == len(tokens) || tokens[i+1].Start >= t.End) {
			return false
		}
	}
	return true
}

// sequence looks for terms side by side in a field.
func sequence(field string, terms []string, prefix bool, boost float64) Expr {
	switch {
	case len(terms) > 1:
		return Phrase{Field: field, Terms: terms, LastPrefix: prefix, Boost: boost}
	case prefix:
		return Prefix{Field: field, Value: terms[0], Boost: boost}
	default:
		return Term{Field: field, Value: terms[0], Boost: boost}
	}
}

// notSetAside matches the studies that reviewers see.
var notSetAside = Bool{Not: []Expr{Term{Field: ExactSetAside, Value: "true"}}}

func (c *Compiled) addFilters(q Query) error {
	for _, facet := range slices.Sorted(maps.Keys(q.Filters)) {
		p, err := placeOf("filters", facet)
		if err != nil {
			return err
		}
		values, err := knownValues(facet, q.Filters[facet])
		if err != nil {
			return err
		}
		var any Bool
		for _, v := range values {
			any.Should = append(any.Should, p.having(v))
		}
		if len(any.Should) > 0 {
			c.Plan.Filters = append(c.Plan.Filters, any)
		}
	}
	if !q.SetAside {
		c.Plan.Filters = append(c.Plan.Filters, notSetAside)
	}
	return nil
}

func (c *Compiled) addYears(q Query) error {
	if q.YearFrom == 0 && q.YearTo == 0 {
		return nil
	}
	if q.YearFrom != 0 && q.YearTo != 0 && q.YearFrom > q.YearTo {
		return &QueryError{"year_from", fmt.Sprintf("%d is after year_to, %d", q.YearFrom, q.YearTo), "swap them"}
	}
	years := Range{Field: NumberYear}
	if q.YearFrom != 0 {
		from := int64(q.YearFrom)
		years.From = &from
	}
	if q.YearTo != 0 {
		to := int64(q.YearTo)
		years.To = &to
	}
	c.Plan.Filters = append(c.Plan.Filters, years)
	return nil
}

func (c *Compiled) addOrder(q Query) error {
	order := q.Order
	if order == "" {
		order = Newest
		if len(c.Terms) > 0 {
			order = ByRelevance
		}
	}
	newest := Sort{Field: NumberDate, Descending: true}
	switch order {
	case ByRelevance:
		c.Plan.Sort = []Sort{{Field: ScoreField, Descending: true}, newest}
	case ByScreening:
		c.Plan.Sort = []Sort{{Field: NumberScreening, Descending: true}, newest}
	case Newest:
		c.Plan.Sort = []Sort{newest}
	case Oldest:
		c.Plan.Sort = []Sort{{Field: NumberDate}}
	default:
		return &QueryError{"order", fmt.Sprintf("there is no order %q", order), "use relevance, screening, newest or oldest"}
	}
	return nil
}

func (c *Compiled) addSizes(q Query) error {
	size, err := sizeOf("size", q.Size)
	if err != nil {
		return err
	}
	c.Plan.Size = size
	if c.facetSize, err = sizeOf("facet_size", q.FacetSize); err != nil {
		return err
	}
	for _, facet := range q.Facets {
		p, err := placeOf("facets", facet)
		if err != nil {
			return err
		}
		c.Plan.Facets = append(c.Plan.Facets, p.request(MaxSize+1))
		c.facets = append(c.facets, p)
	}
	return nil
}

func sizeOf(part string, size int) (int, error) {
	switch {
	case size < 0 || size > MaxSize:
		return 0, &QueryError{part, fmt.Sprintf("%d is out of range", size), fmt.Sprintf("ask for 1 to %d, or leave it out for %d", MaxSize, DefaultSize)}
	case size == 0:
		return DefaultSize, nil
	}
	return size, nil
}
