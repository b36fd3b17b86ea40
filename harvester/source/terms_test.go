package source

import "testing"

// What is asked for is part of every text that the term matches.
func TestPieceOf(t *testing.T) {
	for text, want := range map[string]string{
		"exit": "exit", "traffick*": "traffick", "sex* work": "work", "sexual* work": "sexual", "sex traffick*": "sex traffick",
		"sexual a* workplace": "workplace", "wom?n": "wom", "ti:(forced prostitution)": "forced prostitution", "kw:人身取引": "人身取引", "Women's health": "women's health",
	} {
		terms := widestTerms(mustParse(t, text))
		if len(terms) != 1 {
			t.Errorf("%s gives %d terms", text, len(terms))
			continue
		}
		if got := pieceOf(terms[0]); got != want {
			t.Errorf("of %s %q is asked, want %q", text, got, want)
		}
	}
}

// Every match of a strategy has one of its widest terms.
func TestWidestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"exit AND (sex traffick* OR forced prostitution)":    "sex traffick; forced prostitution",
		"(exit OR leaving) NOT forced prostitution":          "exit; leaving",
		"(survivors AND trafficking) OR (exit AND services)": "trafficking; services",
		"exit NEAR/3 trafficking":                            "trafficking",
		"exit OR (leaving OR (return AND trafficking))":      "exit; leaving; trafficking",
	} {
		got := ""
		for i, term := range widestTerms(mustParse(t, text)) {
			if i > 0 {
				got += "; "
			}
			got += pieceOf(term)
		}
		if got != want {
			t.Errorf("of %s %q are asked, want %q", text, got, want)
		}
	}
}
