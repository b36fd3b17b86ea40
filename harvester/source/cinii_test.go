package source

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"polyglean/internal/protocol"
)

func TestCiNiiQueries(t *testing.T) {
	p := &protocol.Protocol{Searches: []protocol.Search{
		{Name: "published", Lang: "en", Node: mustParse(t, `exit AND (sex traffick* OR ti:"transactional sex")`)},
		{Name: "ja", Lang: "ja", Node: mustParse(t, "人身取引 AND 離脱")},
		{Name: "ko", Lang: "ko", Node: mustParse(t, "인신매매")},
	}}
	f := testFetcher(t, FetchConfig{})
	s, err := New("cinii", Config{}, f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Queries(p, time.Time{}); err == nil || !strings.Contains(err.Error(), "sources.cinii.key") {
		t.Errorf("without a key: error is %v, want one that names the setting", err)
	}
	if s, err = New("cinii", Config{Key: "canary"}, f); err != nil {
		t.Fatal(err)
	}
	queries, err := s.Queries(p, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, q := range queries {
		term := widestTerms(q.Strategy)[0]
		got = append(got, fmt.Sprintf("%s %s=%s", q.Name, ciniiParam(term.Field), pieceOf(term)))
	}
	if want := []string{"published q=sex traffick", "published:2 title=transactional sex", "ja q=人身取引"}; !slices.Equal(got, want) {
		t.Errorf("queries are %q, want %q", got, want)
	}
}

func TestCiNiiFindsNothing(t *testing.T) {
	page, err := decodeCiNii([]byte(`{"opensearch:totalResults":0}`))
	if err != nil || page.Announced != 0 || len(page.Records) > 0 {
		t.Errorf("%+v, %v", page, err)
	}
	if page, err := decodeCiNii([]byte(`{"opensearch:totalResults":5}`)); err == nil {
		t.Errorf("taken for a page of %d records", len(page.Records))
	}
}

func FuzzDecodeCiNii(f *testing.F) { fuzzPage(f, "cinii", decodeCiNii) }
