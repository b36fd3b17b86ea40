package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// wiring is the one package that imports every stage, and that only main imports.
const wiring = "polyglean/internal/command"

// stages never import each other: they share internal/record and meet on the
// stream, so that each can run as a process of its own.
var stageRules = []struct {
	of    string   // packages at or under this path
	never []string // may not depend on packages at or under these
}{
	{of: "polyglean/harvester", never: []string{"polyglean/classifier", "polyglean/indexer", wiring}},
	{of: "polyglean/classifier", never: []string{"polyglean/harvester", "polyglean/indexer", wiring}},
	{of: "polyglean/indexer", never: []string{"polyglean/harvester", "polyglean/classifier", wiring}},
	{of: "polyglean/internal", never: []string{"polyglean/harvester", "polyglean/classifier", "polyglean/indexer", wiring}},
	// A backend knows the contract and nothing of its readers.
	{of: "polyglean/indexer/bleveindex", never: []string{"polyglean/indexer/elasticindex", "polyglean/indexer/web"}},
	{of: "polyglean/indexer/elasticindex", never: []string{"polyglean/indexer/bleveindex", "polyglean/indexer/web"}},
	// The demonstration is the other side of the wire: it shares no code with us.
	{of: "polyglean/internal/demo", never: []string{"polyglean"}},
}

func TestImportRules(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}|{{join .Imports " "}}`, "./...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	under := func(pkg, root string) bool { return pkg == root || strings.HasPrefix(pkg, root+"/") }
	checked := 0
	for line := range strings.Lines(string(out)) {
		all, direct, _ := strings.Cut(line, "|")
		fields := strings.Fields(all)
		if len(fields) == 0 {
			continue
		}
		pkg, deps := fields[0], fields[1:]
		for _, rule := range stageRules {
			if !under(pkg, rule.of) || pkg == wiring {
				continue
			}
			checked++
			for _, dep := range deps {
				if dep != pkg && slices.ContainsFunc(rule.never, func(n string) bool { return under(dep, n) }) {
					t.Errorf("%s depends on %s", pkg, dep)
				}
			}
		}
		if pkg != "polyglean/harvester/source" && slices.Contains(strings.Fields(direct), "github.com/gocolly/colly/v2") {
			t.Errorf("%s imports Colly, which belongs to harvester/source alone", pkg)
		}
	}
	if checked < 10 {
		t.Errorf("only %d packages were checked against the rules", checked)
	}
}
