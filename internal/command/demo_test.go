package command

import (
	"slices"
	"strings"
	"testing"

	"polyglean/internal/demo"
)

// The demonstration asks nobody but its own server: a source of the default protocol
// that it does not serve would be asked at its live address.
func TestDemoAsksItsOwnServerAlone(t *testing.T) {
	server, err := demo.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	p := demoPipeline(&globals{}, t.TempDir(), server)
	var uses []string
	for _, use := range p.protocol.Sources {
		uses = append(uses, use.Name)
		c, _ := p.config.source(use.Name)
		if !strings.HasPrefix(c.BaseURL, "http://127.0.0.1:") {
			t.Errorf("source %s is asked at %q", use.Name, c.BaseURL)
		}
	}
	slices.Sort(uses)
	want := slices.Sorted(slices.Values(demo.Sources))
	if !slices.Equal(uses, want) {
		t.Errorf("the demonstration asks %v, and serves %v", uses, want)
	}
}
