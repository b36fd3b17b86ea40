// Package source holds the bibliographic sources, one file each, and the Fetcher
// they all fetch through. Colly is imported here alone.
//
// To add a source: one file with a type that implements harvester.Source and an
// init function that registers it, and a folder of its name in testdata.
package source

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"polyglean/harvester"
	"polyglean/internal/secret"
)

// Config is what a source is made from.
type Config struct {
	// BaseURL replaces the live endpoint; tests and mirrors set it.
	BaseURL string `yaml:"base_url"`
	// Contact is the e-mail address sent as the source wants it sent.
	Contact string `yaml:"contact"`
	// Key is the source's API key, if any; it never reaches a log.
	Key secret.Text `yaml:"key"`
	// PageSize is the number of records asked for at once; 0 is the source's
	// default.
	PageSize int `yaml:"page_size"`
	// RequestsPerSecond replaces the source's default rate; 0 keeps it.
	RequestsPerSecond float64 `yaml:"requests_per_second"`
	// BudgetPerDay ends the day's queries when so much was spent (UTC): requests, or
	// credits where the source counts those, as OpenAlex does (a search costs 10, a
	// list of citations 1). 0 is the source's default, which for most is none.
	BudgetPerDay int `yaml:"budget_per_day"`
	// MaxRecords is how many records of a query are read from a source that ranks
	// instead of selecting; 0 is the source's default. Others ignore it.
	MaxRecords int `yaml:"max_records"`
}

type maker func(Config, *Fetcher) (harvester.Source, error)

// Traits are what a person choosing sources should know of one.
type Traits struct {
	// OffByDefault sources are asked only when the configuration enables them.
	OffByDefault bool
	// NeedsKey sources give nothing without an API key.
	NeedsKey bool
	// Unverified sources were written from documentation: no recorded response of the
	// live service was at hand to test against.
	Unverified bool
}

type entry struct {
	make   maker
	traits Traits
}

var entries = map[string]entry{}

// register adds a source; a name taken twice is a mistake in the program.
func register(name string, m maker, t Traits) {
	if _, taken := entries[name]; taken {
		panic("source registered twice: " + name)
	}
	entries[name] = entry{m, t}
}

// About returns the traits of a source that Names lists.
func About(name string) Traits { return entries[name].traits }

// Names lists the sources this program knows, sorted.
func Names() []string {
	return slices.Sorted(maps.Keys(entries))
}

// New makes the named source. Requests go through f, which sets their pace.
func New(name string, c Config, f *Fetcher) (harvester.Source, error) {
	e, ok := entries[name]
	if !ok {
		return nil, fmt.Errorf("unknown source %q: known are %s", name, strings.Join(Names(), ", "))
	}
	return e.make(c, f)
}
