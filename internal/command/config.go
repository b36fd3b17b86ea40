package command

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"polyglean/harvester/source"
	"polyglean/indexer/alerts"
	"polyglean/indexer/elasticindex"
	"polyglean/internal/protocol"
	"polyglean/internal/stream"
)

// Config is the configuration of a whole pipeline, made of the stages' own.
type Config struct {
	// Protocol is the protocol file; empty means the built-in default.
	Protocol string `yaml:"protocol"`
	// DataDir holds everything an embedded pipeline keeps.
	DataDir string `yaml:"data_dir"`
	// Contact is the e-mail address that sources are told; a source may have its own.
	Contact  string                   `yaml:"contact"`
	NATS     stream.Config            `yaml:"nats"`
	Index    IndexConfig              `yaml:"index"`
	Web      WebConfig                `yaml:"web"`
	Mail     alerts.MailConfig        `yaml:"mail"`
	Webhook  alerts.WebhookConfig     `yaml:"webhook"`
	Fetch    source.FetchConfig       `yaml:"fetch"`
	Schedule ScheduleConfig           `yaml:"schedule"`
	Sources  map[string]*SourceConfig `yaml:"sources"`

	// path is the file it was read from, for errors.
	path string
}

// IndexConfig chooses the backend of the index.
type IndexConfig struct {
	// Backend is "bleve", embedded, or "elasticsearch".
	Backend       string              `yaml:"backend"`
	Elasticsearch elasticindex.Config `yaml:"elasticsearch"`
}

// WebConfig says where the pages are served.
type WebConfig struct {
	Addr string `yaml:"addr"`
	// URL is where readers open the pages, for links in messages; empty where there is no
	// such address.
	URL string `yaml:"url"`
}

// check says what of the settings of the pages is wrong.
func (c *WebConfig) check() error {
	if c.URL == "" {
		return nil
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("web.url is %q: want where readers open the pages, as https://review.example.org", c.URL)
	}
	return nil
}

// SourceConfig is a source's own configuration and whether it takes part.
type SourceConfig struct {
	// Enabled overrides what the source is by default.
	Enabled *bool `yaml:"enabled"`
	// Schedule overrides the default: a cron expression, an interval, or "off".
	Schedule      string `yaml:"schedule"`
	source.Config `yaml:",inline"`
}

// configFile is read from the working directory when no other is named.
const configFile = "polyglean.yaml"

func builtinConfig() *Config {
	return &Config{
		DataDir:  "polyglean-data",
		Index:    IndexConfig{Backend: backendBleve},
		Web:      WebConfig{Addr: "127.0.0.1:8600"},
		Mail:     alerts.MailConfig{TLS: "starttls"},
		Schedule: ScheduleConfig{Zone: "UTC", Jitter: 10 * time.Minute},
	}
}

// The backends of the index.
const (
	backendBleve         = "bleve"
	backendElasticsearch = "elasticsearch"
)

// loadConfig reads the named file, or polyglean.yaml if there is one, and then the
// environment: POLYGLEAN_WEB_ADDR sets web.addr, POLYGLEAN_SOURCES_OPENALEX_KEY
// sets sources.openalex.key, and the same with _FILE behind it reads the value
// from a file. Errors name the file and line, or the variable.
func loadConfig(path string, environ []string) (*Config, error) {
	c := builtinConfig()
	named := path != ""
	if !named {
		path = configFile
	}
	raw, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := c.read(path, raw); err != nil {
			return nil, err
		}
	case named || !errors.Is(err, fs.ErrNotExist):
		return nil, usagef("configuration: %v (polyglean init writes one)", err)
	}
	if err := c.environment(environ); err != nil {
		return nil, err
	}
	return c, c.check()
}

func (c *Config) read(path string, raw []byte) error {
	c.path = path
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(c); err != nil && len(bytes.TrimSpace(raw)) > 0 {
		return usagef("configuration %s: %s: compare it with what polyglean init writes", path, yamlProblem(err))
	}
	return nil
}

// yamlProblem puts what the YAML reader says on one line; it names the lines.
func yamlProblem(err error) string {
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		// Which Go type lacks the field is no concern of whoever wrote the file.
		return goType.ReplaceAllString(strings.Join(typed.Errors, "; "), "")
	}
	return strings.TrimPrefix(err.Error(), "yaml: ")
}

var goType = regexp.MustCompile(` in type \S+| into \S+\.\S+`)

func (c *Config) check() error {
	where := "configuration"
	if c.path != "" {
		where += " " + c.path
	}
	if !slices.Contains([]string{backendBleve, backendElasticsearch}, c.Index.Backend) {
		return usagef("%s: index.backend is %q: it can be %s or %s", where, c.Index.Backend, backendBleve, backendElasticsearch)
	}
	for name := range c.Sources {
		if !slices.Contains(source.Names(), name) {
			return usagef("%s: unknown source %q: known are %s", where, name, strings.Join(source.Names(), ", "))
		}
	}
	for _, err := range []error{c.checkSchedule(), c.Web.check(), c.Mail.Check(), c.Webhook.Check()} {
		if err != nil {
			return usagef("%s: %w", where, err)
		}
	}
	return nil
}

// source returns the configuration of a source, with what it inherits, and whether
// it takes part.
func (c *Config) source(name string) (out source.Config, enabled bool) {
	enabled = !source.About(name).OffByDefault
	if sc := c.Sources[name]; sc != nil {
		out = sc.Config
		if sc.Enabled != nil {
			enabled = *sc.Enabled
		}
	}
	if out.Contact == "" {
		out.Contact = c.Contact
	}
	return out, enabled
}

func (c *Config) loadProtocol() (*protocol.Protocol, error) {
	if c.Protocol == "" {
		return protocol.Default(), nil
	}
	path := c.Protocol
	if !filepath.IsAbs(path) && c.path != "" {
		// A protocol beside its configuration is found from anywhere.
		path = filepath.Join(filepath.Dir(c.path), path)
	}
	p, err := protocol.Load(path)
	if err != nil {
		return nil, usageError{err}
	}
	return p, nil
}

const envPrefix = "POLYGLEAN_"

// environment sets what POLYGLEAN_* variables say. Variables for tests are not
// settings.
func (c *Config) environment(environ []string) error {
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) || strings.HasPrefix(name, envPrefix+"TEST_") || name == envPrefix+"CONFIG" {
			continue
		}
		key := strings.TrimPrefix(name, envPrefix)
		if file, ok := strings.CutSuffix(key, "_FILE"); ok && !c.knows(key) {
			raw, err := os.ReadFile(value)
			if err != nil {
				return usagef("%s: %v", name, err)
			}
			key, value = file, strings.TrimRight(string(raw), "\r\n")
		}
		ok, err := setByName(reflect.ValueOf(c).Elem(), strings.ToLower(key), value)
		if err != nil {
			return usagef("%s: %v", name, err)
		}
		if !ok {
			return usagef("%s names no setting: see polyglean init for the settings", name)
		}
	}
	return nil
}

// knows says whether key is a setting itself, such as nats.credentials_file.
func (c *Config) knows(key string) bool {
	ok, _ := setByName(reflect.ValueOf(builtinConfig()).Elem(), strings.ToLower(key), "")
	return ok
}

// setByName sets the field whose YAML path, joined by "_", is name. It reports
// whether there is one.
func setByName(v reflect.Value, name, value string) (bool, error) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			tag, opts, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			if opts == "inline" {
				if ok, err := setByName(v.Field(i), name, value); ok || err != nil {
					return ok, err
				}
				continue
			}
			if tag == "" || tag == "-" {
				continue
			}
			if name == tag {
				return setScalar(v.Field(i), value)
			}
			if rest, ok := strings.CutPrefix(name, tag+"_"); ok {
				if ok, err := setByName(v.Field(i), rest, value); ok || err != nil {
					return ok, err
				}
			}
		}
	case reflect.Map:
		for _, key := range source.Names() {
			rest, ok := strings.CutPrefix(name, key+"_")
			if !ok {
				continue
			}
			if v.IsNil() {
				v.Set(reflect.MakeMap(v.Type()))
			}
			entry := v.MapIndex(reflect.ValueOf(key))
			if !entry.IsValid() || entry.IsNil() {
				entry = reflect.New(v.Type().Elem().Elem())
				v.SetMapIndex(reflect.ValueOf(key), entry)
			}
			return setByName(entry.Elem(), rest, value)
		}
	}
	return false, nil
}

func setScalar(v reflect.Value, value string) (bool, error) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return setScalar(v.Elem(), value)
	}
	if v.Type() == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(value)
		if err != nil {
			return true, fmt.Errorf("%q is no duration like 30s or 5m", value)
		}
		v.SetInt(int64(d))
		return true, nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(value)
	case reflect.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return true, fmt.Errorf("%q is neither true nor false", value)
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return true, fmt.Errorf("%q is no whole number", value)
		}
		v.SetInt(n)
	case reflect.Float64:
		f, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return true, fmt.Errorf("%q is no number", value)
		}
		v.SetFloat(f)
	case reflect.Slice:
		v.Set(reflect.ValueOf(strings.Split(value, ",")))
	default:
		return false, nil
	}
	return true, nil
}
