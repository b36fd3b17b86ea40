package source

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"polyglean/harvester"
)

func TestRegisterTwicePanics(t *testing.T) {
	defer func() {
		if text := fmt.Sprint(recover()); !strings.Contains(text, "pubmed") {
			t.Errorf("panicked with %q, want the name", text)
		}
	}()
	register("pubmed", func(Config, *Fetcher) (harvester.Source, error) { return nil, nil }, Traits{})
	t.Error("a name was taken twice")
}

func TestNew(t *testing.T) {
	f := testFetcher(t, FetchConfig{})
	for _, name := range Names() {
		s, err := New(name, Config{}, f)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.Name() != name {
			t.Errorf("source %q calls itself %q", name, s.Name())
		}
	}
	_, err := New("scopus", Config{}, f)
	if err == nil || !strings.Contains(err.Error(), "scopus") || !strings.Contains(err.Error(), "pubmed") {
		t.Errorf("error is %v, want one with the name and the known ones", err)
	}
	if !slices.IsSorted(Names()) {
		t.Errorf("names are not sorted: %v", Names())
	}
}
