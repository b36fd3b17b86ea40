package command

import (
	"strings"
	"testing"

	"polyglean/harvester/source"
	"polyglean/internal/protocol"
)

// Doctor says of each source that the protocol names whether it is asked, what it lacks,
// and whether it has been tried against recorded answers.
func TestDoctorSaysWhatSourcesLack(t *testing.T) {
	p := &pipeline{config: &Config{}, protocol: &protocol.Protocol{}}
	for _, name := range source.Names() {
		p.protocol.Sources = append(p.protocol.Sources, protocol.SourceUse{Name: name})
	}
	var out strings.Builder
	if err := p.doctorSources(&out); err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for line := range strings.SplitSeq(out.String(), "\n") {
		if f := strings.Fields(line); len(f) > 1 {
			lines[f[0]] = line
		}
	}
	for _, name := range source.Names() {
		about := source.About(name)
		line := lines[name]
		if line == "" {
			t.Errorf("%s is not there:\n%s", name, out.String())
			continue
		}
		if strings.Contains(line, "not verified against recordings") != about.Unverified {
			t.Errorf("%q, and it is unverified: %t", line, about.Unverified)
		}
		if strings.Contains(line, "needs sources."+name+".key") != about.NeedsKey {
			t.Errorf("%q, and it needs a key: %t", line, about.NeedsKey)
		}
	}
	for _, name := range []string{"lilacs", "clinicaltrials", "cinii"} {
		if !strings.Contains(lines[name], "not verified against recordings") {
			t.Errorf("%q", lines[name])
		}
	}
}
