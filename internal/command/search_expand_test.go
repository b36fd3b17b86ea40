package command

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"polyglean/indexer"
	"polyglean/internal/protocol"
)

func TestExpandFlags(t *testing.T) {
	t.Setenv("LC_ALL", "pt_BR.UTF-8")
	for _, test := range []struct {
		args string
		want indexer.Expand
	}{
		{"", indexer.Expand{}},
		{"--expand=all", indexer.Expand{}},
		{"--expand=off", indexer.Expand{Off: true}},
		{"--expand=es,pt", indexer.Expand{Languages: []string{"es", "pt"}}},
		{"--expand=spa --expand=zh-Hant,es", indexer.Expand{Languages: []string{"es", "zh"}}},
		{"--expand-not", indexer.Expand{Negated: true}},
	} {
		var f expandFlags
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		f.register(set)
		if err := set.Parse(strings.Fields(test.args)); err != nil {
			t.Fatal(err)
		}
		test.want.Reader = []string{"pt"}
		if got, err := f.expand(); err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: %+v, %v; want %+v", test.args, got, err, test.want)
		}
	}
	for _, in := range []string{"klingonish", "off,es", ""} {
		var usage usageError
		f := expandFlags{in: []string{in}}
		if in == "off,es" {
			f.in = strings.Split(in, ",")
		}
		if _, err := f.expand(); !errors.As(err, &usage) {
			t.Errorf("--expand=%s: %v, want a usage error", in, err)
		}
	}
}

func TestReaderLanguages(t *testing.T) {
	for _, test := range []struct{ all, messages, lang, want string }{
		{"", "", "es_MX.UTF-8", "es"},
		{"", "ja_JP", "en_GB.UTF-8", "ja"},
		{"nb_NO.UTF-8", "ja_JP", "", "no"},
		{"C", "", "es_ES", ""},
		{"POSIX", "", "", ""},
		{"", "", "", ""},
	} {
		env := map[string]string{"LC_ALL": test.all, "LC_MESSAGES": test.messages, "LANG": test.lang}
		got := readerLanguages(func(name string) string { return env[name] })
		if strings.Join(got, " ") != test.want {
			t.Errorf("%v: %v, want %q", env, got, test.want)
		}
	}
}

func TestPrintExpansions(t *testing.T) {
	on := indexer.Expansion{Text: "sex trafficking", Concept: "sex_trafficking", Languages: []indexer.ConceptTerms{
		{Lang: "en", Terms: []string{"sex traffick*"}}, {Lang: "es", Terms: []string{"trata sexual", "tráfico sexual"}},
	}}
	off := on
	off.Languages = []indexer.ConceptTerms{{Lang: "en", Terms: []string{"sex traffick*"}, Off: true}}
	for _, test := range []struct {
		name       string
		expansions []indexer.Expansion
		want, not  string
	}{
		{"on", []indexer.Expansion{on}, "sex trafficking → trafficking for sex: 3 terms in 2 languages\n", "as typed;"},
		{"off", []indexer.Expansion{off}, "Only the words as typed", "→"},
	} {
		var b strings.Builder
		printExpansions(&b, styles{}, test.expansions, protocol.Names{Concepts: map[string]string{"sex_trafficking": "trafficking for sex"}})
		if !strings.Contains(b.String(), test.want) || strings.Contains(b.String(), test.not) {
			t.Errorf("%s: printed %q", test.name, b.String())
		}
	}
	var b strings.Builder
	if printExpansions(&b, styles{}, nil, protocol.Names{}); b.Len() > 0 {
		t.Errorf("nothing was expanded, but printed was %q", b.String())
	}
}
