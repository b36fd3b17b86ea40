package protocol

import (
	"os"
	"strings"
	"testing"
)

func TestExceptions(t *testing.T) {
	rule := Default().Rule
	if len(rule.Exceptions) != 2 {
		t.Fatalf("%d exceptions, want 2", len(rule.Exceptions))
	}
	health, labour := rule.Exceptions[0], rule.Exceptions[1]
	for name, is := range map[string]bool{
		"prostitution is excepted beside HIV":      health.Of["prostitution"] && health.Beside["hiv_sti"],
		"so is a setting, by its facet":            health.Of["brothel"],
		"leaving keeps it in":                      health.Unless["exit_sex_trade"],
		"trafficking is excepted beside labour":    labour.Of["trafficking_persons"] && labour.Beside["neg_labour_trafficking"],
		"exploitation keeps it in":                 labour.Unless["sexual_exploitation"],
		"the words of the topic are not excepted":  !health.Of["sex_trafficking"] && !labour.Of["sexual_exploitation"],
		"smuggling excepts nothing: both are told": !labour.Beside["neg_migrant_smuggling"],
	} {
		if !is {
			t.Errorf("not so: %s", name)
		}
	}
}

func TestExceptionsRefuseUnknownConcepts(t *testing.T) {
	text := strings.Replace(string(DefaultYAML()), "concepts: [hiv_sti, health_care]", "concepts: [hiv_sti, heath_care]", 1)
	_, err := Parse("review.yaml", []byte(text), func(file string) ([]byte, error) { return os.ReadFile("default/" + file) })
	if err == nil || !strings.Contains(err.Error(), `the lexicon has no concept "heath_care"`) {
		t.Errorf("error %v, want one that names the concept", err)
	}
}
