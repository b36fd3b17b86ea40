package command

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

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
	if _, err := p.doctorSources(&out); err != nil {
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

func TestDoctorSaysWhatIsWrongWithASource(t *testing.T) {
	for settings, want := range map[string]string{
		"base_url: ftp://example.org/works": `"ftp://example.org/works" is no http or https address`,
		"page_size: -4":                     "page_size -4",
		"page_size: 50":                     "",
	} {
		p := &pipeline{config: &Config{}, protocol: &protocol.Protocol{Sources: []protocol.SourceUse{{Name: "openalex"}}}}
		if err := yaml.Unmarshal([]byte("sources:\n  openalex:\n    "+settings+"\n"), p.config); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		ill, err := p.doctorSources(&out)
		if err != nil || ill != (want != "") || !strings.Contains(out.String(), want) {
			t.Errorf("%s: ill is %t, error %v:\n%s", settings, ill, err, out.String())
		}
	}
}

// Doctor names what keeps an Elasticsearch from taking documents, and what lifts it.
func TestDoctorNamesAReadOnlyIndex(t *testing.T) {
	es := os.Getenv("POLYGLEAN_TEST_ELASTICSEARCH")
	if es == "" {
		t.Skip("skipped: doctor on a read-only index of a real Elasticsearch; start one (../shared/elasticsearch/start) and set POLYGLEAN_TEST_ELASTICSEARCH to its URL, or run .ci/run")
	}
	index := fmt.Sprintf("doctor-%d", time.Now().UnixNano())
	t.Cleanup(func() { deleteIndices(t, es, index) })
	config := filepath.Join(t.TempDir(), "polyglean.yaml")
	text := fmt.Sprintf("data_dir: %q\nindex:\n  backend: elasticsearch\n  elasticsearch: {addresses: [%q], index: %s}\n", t.TempDir(), es, index)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	doctor := func() string {
		p, err := setUp(&globals{config: config})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		var out strings.Builder
		if err := p.doctor(t.Context(), &out); err != nil && !errors.Is(err, errReported) {
			t.Fatal(err)
		}
		return out.String()
	}
	if out := doctor(); !strings.Contains(out, "takes documents") {
		t.Errorf("before the block:\n%s", out)
	}
	block, err := http.NewRequestWithContext(t.Context(), http.MethodPut, es+"/"+index+"/_settings", strings.NewReader(`{"index.blocks.write":true}`))
	if err != nil {
		t.Fatal(err)
	}
	block.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(block)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if out := doctor(); !strings.Contains(out, `NOT WELL: index unavailable`) || !strings.Contains(out, `lift the block: PUT /`+index+`/_settings {"index.blocks.write":null}`) {
		t.Errorf("status %d; while the index is read-only:\n%s", resp.StatusCode, out)
	}
}
