// Package bench holds what `polyglean bench` compares the pipeline with, the
// straightforward way: the same work done by well-known parts as they come, each
// used as its documentation shows first. It also reads what a process and a folder
// take up.
package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/pemistahl/lingua-go"

	"polyglean/internal/lexicon"
	"polyglean/internal/record"
)

// Languages is lingua-go with all its languages, its models already in memory.
func Languages() lingua.LanguageDetector {
	return lingua.NewLanguageDetectorBuilder().FromAllLanguages().WithPreloadedLanguageModels().Build()
}

// Text is what the straightforward way looks at in a record: title, abstract and
// keywords in one.
func Text(c *record.Candidate) string {
	var b strings.Builder
	for _, texts := range [][]record.Text{c.Titles, c.Abstracts, c.Keywords} {
		for _, t := range texts {
			b.WriteString(t.Text)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// TitleAndAbstract is Text without the keywords, for language detection.
func TitleAndAbstract(c *record.Candidate) string {
	return Text(&record.Candidate{Titles: c.Titles, Abstracts: c.Abstracts})
}

// Terms makes one regular expression each of n patterns, spread evenly over the
// lexicon's table. Patterns with a gap, which a simple expression does not express,
// are passed over.
func Terms(l *lexicon.Lexicon, n int) ([]*regexp.Regexp, error) {
	var texts []string
	for _, p := range l.Patterns() {
		if !strings.Contains(p.Text, "..") {
			texts = append(texts, p.Text)
		}
	}
	n = min(n, len(texts))
	terms := make([]*regexp.Regexp, n)
	for i := range terms {
		re, err := regexp.Compile(expression(texts[i*len(texts)/n]))
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %w", texts[i*len(texts)/n], err)
		}
		terms[i] = re
	}
	return terms, nil
}

// expression writes a pattern as a regular expression that ignores case. Word
// borders are asked for where Go has them, beside ASCII letters.
func expression(pattern string) string {
	re := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `\pL*`)
	first, _ := utf8.DecodeRuneInString(pattern)
	last, _ := utf8.DecodeLastRuneInString(pattern)
	if first < utf8.RuneSelf && first != '*' {
		re = `\b` + re
	}
	if last < utf8.RuneSelf && last != '*' {
		re += `\b`
	}
	return `(?i)` + re
}

// Find returns the terms that stand in a text.
func Find(terms []*regexp.Regexp, text string) []string {
	var found []string
	for _, re := range terms {
		if at := re.FindStringIndex(text); at != nil {
			found = append(found, text[at[0]:at[1]])
		}
	}
	return found
}

// Publish puts one value into a message of its own and waits for the
// acknowledgement.
func Publish(ctx context.Context, js jetstream.JetStream, subject string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = js.Publish(ctx, subject, body)
	return err
}

// NewIndex makes a Bleve index with its default mapping in dir, which must not
// exist.
func NewIndex(dir string) (bleve.Index, error) {
	return bleve.New(dir, bleve.NewIndexMapping())
}

// Document is a record as one would hand it to Bleve's default mapping: the fields
// a reader searches, shows and filters by.
func Document(c *record.Candidate, languages, found []string) map[string]any {
	texts := func(list []record.Text) []string {
		out := make([]string, len(list))
		for i, t := range list {
			out[i] = t.Text
		}
		return out
	}
	authors := make([]string, len(c.Authors))
	for i, a := range c.Authors {
		authors[i] = a.Name
	}
	return map[string]any{
		"title": texts(c.Titles), "abstract": texts(c.Abstracts), "keywords": texts(c.Keywords), "authors": authors,
		"container": c.Container, "publisher": c.Publisher, "year": c.Year, "date": c.Date, "type": c.Type,
		"doi": c.IDs.DOI, "url": c.URL, "source": c.Source, "languages": languages, "found": found,
	}
}
