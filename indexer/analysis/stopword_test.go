package analysis

import "testing"

func TestStopWord(t *testing.T) {
	for _, test := range []struct {
		word, lang string
		want       bool
	}{
		{"from", "en", true},
		{"The", "en-GB", true},
		{"trafficking", "en", false},
		{"À", "fr", true},
		{"de", "es", true},
		{"de", "en", false},
		{"и", "ru", true},
		{"من", "ar", true},
		{"der", "de", true},
		{"og", "nb", true},
		{"the", "ja", false},
		{"from the", "en", false},
		{"", "en", false},
	} {
		if got := StopWord(test.word, test.lang); got != test.want {
			t.Errorf("%q in %q: %v, want %v", test.word, test.lang, got, test.want)
		}
	}
	if len(stopWords()) != len(stopLists) {
		t.Errorf("%d lists, want %d", len(stopWords()), len(stopLists))
	}
	for lang, words := range stopWords() {
		if len(words) < 50 {
			t.Errorf("%s has %d words that say nothing: the list is cut", lang, len(words))
		}
	}
}
