package elasticindex

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"

	"polyglean/internal/secret"
)

// Config says where Elasticsearch is and how to speak to it.
type Config struct {
	// Addresses are the URLs of one or more nodes of the same cluster.
	Addresses []string `yaml:"addresses"`
	// Username and Password, or APIKey alone, when security is on.
	Username string      `yaml:"username"`
	Password secret.Text `yaml:"password"`
	APIKey   secret.Text `yaml:"api_key"`
	// CAFile holds the PEM certificates that sign the nodes' own; empty means those
	// the system trusts.
	CAFile string `yaml:"ca_file"`
	// Index is the name of the alias, and the beginning of the name of the index
	// behind it; empty means "polyglean".
	Index string `yaml:"index"`
	// Replicas is the number of further copies, each on a node of its own. It is
	// read when the index is created.
	Replicas int `yaml:"replicas"`
}

// DefaultIndex is the Config.Index that empty stands for.
const DefaultIndex = "polyglean"

// Names of indices have further rules in Elasticsearch; these are enough for them
// and leave room for "-v1".
var indexName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,99}$`)

// check fills in the defaults and finds what cannot work.
func (c *Config) check() error {
	if c.Index == "" {
		c.Index = DefaultIndex
	}
	if !indexName.MatchString(c.Index) {
		return fmt.Errorf("elasticsearch: index name %q: use lower-case letters, digits, - and _, beginning with a letter or digit, at most 100", c.Index)
	}
	if c.Replicas < 0 {
		return fmt.Errorf("elasticsearch: %d replicas: the number cannot be negative", c.Replicas)
	}
	if c.APIKey != "" && (c.Username != "" || c.Password != "") {
		return errors.New("elasticsearch: both an API key and a user name or password are given: give one of them")
	}
	if len(c.Addresses) == 0 {
		return errors.New("elasticsearch: no address given: name at least one node, for example http://127.0.0.1:9200")
	}
	for i, address := range c.Addresses {
		u, err := url.Parse(address)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			// It is not repeated here: it may hold a password.
			return fmt.Errorf("elasticsearch: address %d of %d cannot be used: write it like https://search.example.org:9200", i+1, len(c.Addresses))
		}
	}
	return nil
}

// where names the nodes in messages, without passwords.
func (c *Config) where() string {
	shown := make([]string, len(c.Addresses))
	for i, address := range c.Addresses {
		if u, err := url.Parse(address); err == nil {
			shown[i] = u.Redacted()
		}
	}
	return strings.Join(shown, ", ")
}

// authorities reads CAFile; nil means those of the system.
func (c *Config) authorities() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("elasticsearch: certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("elasticsearch: certificates: %s holds no PEM certificate", c.CAFile)
	}
	return pool, nil
}
