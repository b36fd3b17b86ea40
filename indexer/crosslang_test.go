package indexer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"polyglean/internal/protocol"
	"polyglean/internal/strategy"
)

// readings says in one line what the terms of a query mean.
func readings(t *testing.T, query string, e Expand) string {
	t.Helper()
	node, err := strategy.Parse(query, strategy.AsAnd)
	if err != nil {
		t.Fatal(err)
	}
	m := NewThesaurus(protocol.Default().Lexicon).read(query, node, &e)
	var terms []*strategy.Term
	for term := range m.ways {
		terms = append(terms, term)
	}
	slices.SortFunc(terms, func(a, b *strategy.Term) int { return a.At - b.At })
	var out []string
	for _, term := range terms {
		var ways []string
		for _, way := range m.ways[term] {
			ways = append(ways, strings.Join(way, "+"))
		}
		slices.Sort(ways)
		out = append(out, fmt.Sprintf("%s=%s", term, strings.Join(ways, "|")))
	}
	return strings.Join(out, " ")
}

func TestReadQuery(t *testing.T) {
	for _, test := range []struct{ name, query, want string }{
		{"words that are a concept together", "sex trafficking", "sex=sex_trafficking trafficking=sex_trafficking"},
		{"another word is kept", "sex trafficking police", "sex=sex_trafficking trafficking=sex_trafficking"},
		{"inflected", "brothels", "brothels=brothel"},
		{"cut off", "prostitut*", "prostitut*=prostitution"},
		{"phrase", `"commercial sexual exploitation"`, `"commercial sexual exploitation"=commercial_sexual_exploitation`},
		{"a phrase is read as a whole or not at all", `"brothel keepers of old"`, ""},
		{"OR keeps its parts apart", "sex OR trafficking", ""},
		{"AND in capitals too", "sex AND trafficking", ""},
		{"a field between", "ti:sex ab:trafficking", ""},
		{"one field around both", "ti:(sex trafficking)", "ti:sex=sex_trafficking ti:trafficking=sex_trafficking"},
		{"authors are no concepts", "au:brothel jo:prostitution", ""},
		{"negated", "debts NOT brothel", ""},
		{"a word in the gap", "leaving violent prostitution", "leaving=exit_sex_trade prostitution=exit_sex_trade|prostitution"},
		{"a preposition in the gap", "exit from prostitution", "exit=exit_sex_trade from=exit_sex_trade|prostitution prostitution=exit_sex_trade|prostitution"},
		{"an article before", "the brothel", "the=brothel brothel=brothel"},
		{"an article alone", "the police", ""},
		{"Spanish", "trata de personas", "trata=trafficking_persons de=trafficking_persons personas=trafficking_persons"},
		{"Spanish without accents", "prostitucion", "prostitucion=prostitution"},
		{"German", "Menschenhandel", "Menschenhandel=trafficking_persons"},
		{"Russian, inflected", "жертвами торговли людьми", "жертвами=trafficking_persons|victim торговли=trafficking_persons людьми=trafficking_persons"},
		{"Arabic with article", "الدعارة", "الدعارة=prostitution"},
		{"Korean with particle", "성매매를", "성매매를=prostitution"},
		{"Japanese with particle inside", "人身売買の被害者", "人身売買の被害者=trafficking_persons+victim"},
		{"Japanese with more than concepts", "人身売買の歴史", ""},
		{"Chinese", "卖淫", "卖淫=prostitution"},
		{"English is not German", "fraud", ""},
		{"English is not Czech", "detection decision", ""},
		{"Portuguese is not Czech", "servidão por dívidas", "servidão=debt_bondage por=debt_bondage dívidas=debt_bondage"},
		{"Turkish, five letters with an accent", "fuhuş", "fuhuş=prostitution"},
		{"mixed languages", "Zwangsprostitution OR тюрьма OR brothel", "Zwangsprostitution=forced_prostitution|prostitution brothel=brothel"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := readings(t, test.query, Expand{}); got != test.want {
				t.Errorf("%s\n got %s\nwant %s", test.query, got, test.want)
			}
		})
	}
	if got := readings(t, "debts NOT brothel", Expand{Negated: true}); got != "brothel=brothel" {
		t.Errorf("negated, on request: %s", got)
	}
	if got := readings(t, "Frauen", Expand{Reader: []string{"de"}}); got != "Frauen=women_girls" {
		t.Errorf("a short word in the reader's language: %s", got)
	}
}

func TestExpansions(t *testing.T) {
	thesaurus := NewThesaurus(protocol.Default().Lexicon)
	compile := func(e Expand) *Compiled {
		c, err := Compile(Query{Text: "sex trafficking NOT brothel", Expand: e}, thesaurus)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := compile(Expand{})
	if len(c.Expansions) != 1 || c.Expansions[0].Text != "sex trafficking" || c.Expansions[0].Concept != "sex_trafficking" {
		t.Fatalf("expansions %+v", c.Expansions)
	}
	terms, languages := c.Expansions[0].Used()
	if terms < 200 || languages < 25 {
		t.Errorf("%d terms in %d languages are fewer than the lexicon has", terms, languages)
	}
	few, two := compile(Expand{Languages: []string{"es", "pt"}}).Expansions[0].Used()
	if two != 2 || few == 0 || few >= terms {
		t.Errorf("%d terms in %d languages of two asked for", few, two)
	}
	off := compile(Expand{Off: true})
	if none, zero := off.Expansions[0].Used(); none != 0 || zero != 0 {
		t.Errorf("%d terms in %d languages when switched off", none, zero)
	}
	if plain, err := Compile(Query{Text: "sex trafficking NOT brothel"}, nil); err != nil || fmt.Sprint(plain.Plan) != fmt.Sprint(off.Plan) {
		t.Errorf("switched off, the plan is %v, without a thesaurus %v", off.Plan, plain.Plan)
	}
	_, err := Compile(Query{Text: "sex", Expand: Expand{Languages: []string{"tlh"}}}, thesaurus)
	var bad *QueryError
	if !errors.As(err, &bad) || bad.Part != "expand" || !strings.Contains(bad.Hint, "es") {
		t.Errorf("a language the lexicon lacks: %v", err)
	}
}

// TestExpansionIsBounded: what a query costs does not grow with the lexicon.
func TestExpansionIsBounded(t *testing.T) {
	thesaurus := NewThesaurus(protocol.Default().Lexicon)
	q := Query{Text: strings.Repeat("leaving forced prostitution survivors children brothel exploitation shelter ", 12)}
	plain, err := Compile(q, nil)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := Compile(q, thesaurus)
	if err != nil {
		t.Fatal(err)
	}
	if n, m := clauses(plain.Plan.Query), clauses(wide.Plan.Query); m > 2*n {
		t.Errorf("%d clauses instead of %d", m, n)
	}
}

func clauses(e Expr) int {
	b, ok := e.(Bool)
	if !ok {
		return 1
	}
	n := 0
	for _, part := range slices.Concat(b.Must, b.Should, b.Not) {
		n += clauses(part)
	}
	return n
}
