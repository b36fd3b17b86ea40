package command

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"polyglean/deploy"
	"polyglean/harvester/source"
)

// What init writes is the documentation: it must parse, mean the defaults, and
// name every setting there is.
func TestWrittenConfigurationIsTheDefault(t *testing.T) {
	got := builtinConfig()
	if err := got.read("deploy/config.yaml", deploy.Config); err != nil {
		t.Fatal(err)
	}
	if err := got.check(); err != nil {
		t.Fatal(err)
	}
	want := builtinConfig()
	ignore := cmpopts.IgnoreFields(Config{}, "Sources", "path")
	equal := cmp.Options{ignore, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Config{})}
	// The file spells out the default names that the empty value stands for.
	want.Index.Elasticsearch.Index = "polyglean"
	want.NATS.Replicas = 1
	if diff := cmp.Diff(want, got, equal); diff != "" {
		t.Errorf("the written configuration differs from the built-in one:\n%s", diff)
	}
	for _, name := range source.Names() {
		sc := got.Sources[name]
		if sc == nil {
			t.Errorf("source %s is not in the written configuration", name)
			continue
		}
		c, enabled := got.source(name)
		if enabled == source.About(name).OffByDefault {
			t.Errorf("source %s: enabled is %v, against its nature", name, enabled)
		}
		f, err := source.NewFetcher(source.FetchConfig{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := source.New(name, c, f); err != nil {
			t.Errorf("source %s: %v", name, err)
		}
	}
	for _, name := range settings(reflect.TypeFor[Config]()) {
		if !strings.Contains(string(deploy.Config), name+":") {
			t.Errorf("setting %s is not in the written configuration", name)
		}
	}
}

// settings lists the YAML names of a configuration type's fields, at any depth.
func settings(t reflect.Type) []string {
	var names []string
	switch t.Kind() {
	case reflect.Pointer, reflect.Map:
		return settings(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			tag, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
			if tag == "-" || !t.Field(i).IsExported() {
				continue
			}
			if tag != "" {
				names = append(names, tag)
			}
			names = append(names, settings(t.Field(i).Type)...)
		}
	}
	return names
}

func TestEnvironmentSetsSettings(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte("geheim\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	c, err := loadConfig("", []string{
		"POLYGLEAN_CONTACT=someone@example.org",
		"POLYGLEAN_WEB_ADDR=127.0.0.1:1",
		"POLYGLEAN_FETCH_MAX_WAIT=90s",
		"POLYGLEAN_FETCH_MAX_BODY=1024",
		"POLYGLEAN_FETCH_ALLOW_PRIVATE=true",
		"POLYGLEAN_NATS_CREDENTIALS_FILE=/etc/nats.creds",
		"POLYGLEAN_SOURCES_OPENALEX_KEY_FILE=" + key,
		"POLYGLEAN_SOURCES_OPENALEX_REQUESTS_PER_SECOND=0.5",
		"POLYGLEAN_SOURCES_CROSSREF_ENABLED=false",
		"POLYGLEAN_INDEX_ELASTICSEARCH_ADDRESSES=http://a:9200,http://b:9200",
		"POLYGLEAN_TEST_ELASTICSEARCH=http://127.0.0.1:9200",
		"HOME=/nowhere",
	})
	if err != nil {
		t.Fatal(err)
	}
	openAlex, _ := c.source("openalex")
	_, crossref := c.source("crossref")
	for what, ok := range map[string]bool{
		"contact":     openAlex.Contact == "someone@example.org",
		"addr":        c.Web.Addr == "127.0.0.1:1",
		"max_wait":    c.Fetch.MaxWait.Seconds() == 90,
		"max_body":    c.Fetch.MaxBody == 1024,
		"private":     c.Fetch.AllowPrivate,
		"credentials": c.NATS.CredentialsFile == "/etc/nats.creds",
		"key":         openAlex.Key.Reveal() == "geheim",
		"rate":        openAlex.RequestsPerSecond == 0.5,
		"crossref":    !crossref,
		"addresses":   len(c.Index.Elasticsearch.Addresses) == 2,
	} {
		if !ok {
			t.Errorf("%s is not set as the environment says", what)
		}
	}
	for _, bad := range []string{
		"POLYGLEAN_FETCH_MAX_WAIT=soon", "POLYGLEAN_FETCH_MAX_BODY=much", "POLYGLEAN_FETCH_ALLOW_PRIVATE=perhaps",
		"POLYGLEAN_SOURCES_SCOPUS_KEY=x", "POLYGLEAN_SOURCES_PUBMED_KEY_FILE=/nowhere/at/all", "POLYGLEAN_WEB=x",
	} {
		_, err := loadConfig("", []string{bad})
		name, _, _ := strings.Cut(bad, "=")
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v", bad, err)
		}
	}
}

func TestYearRange(t *testing.T) {
	for in, want := range map[string][2]int{
		"": {}, "2018": {2018, 2018}, "2010-2020": {2010, 2020}, "2015-": {2015, 0}, "-2009": {0, 2009},
	} {
		from, to, err := yearRange(in)
		if err != nil || from != want[0] || to != want[1] {
			t.Errorf("%q: %d to %d, error %v", in, from, to, err)
		}
	}
	for _, in := range []string{"x", "2018-x", "0", "99999", "2020-2010"} {
		if _, _, err := yearRange(in); err == nil {
			t.Errorf("%q is taken", in)
		}
	}
}

func TestTerminalOutputCannotBeHijacked(t *testing.T) {
	if got := clean("a\x1b[31mb\u202ec\nd\x00\u009b2J"); got != "a[31mbc d2J" {
		t.Errorf("%q", got)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}
