package elasticindex

import (
	"bytes"
	"context"
	_ "embed" // for mapping.json
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"polyglean/indexer"
)

// mappingVersion is raised when mapping.json or what stands in documents changes in a
// way that an index made before cannot serve.
const mappingVersion = 2

// mapping.json: the settings and mappings of a new index.
//
// refresh_interval is off because Apply makes its own writes visible.
// translog.durability is the default, named so that no template of the cluster can
// change it: "async" acknowledges writes that are not on disk. gc_deletes is how
// long a deletion is remembered, so that an older version of the document which
// arrives late does not bring it back.
//
//go:embed mapping.json
var mappingJSON []byte

// found is what Elasticsearch says of an index.
type found struct {
	Aliases  map[string]json.RawMessage `json:"aliases"`
	Mappings struct {
		Meta struct {
			Version int `json:"polyglean_mapping"`
		} `json:"_meta"`
	} `json:"mappings"`
	Settings struct {
		Index struct {
			Translog struct {
				Durability string `json:"durability"`
			} `json:"translog"`
		} `json:"index"`
	} `json:"settings"`
}

// ensure creates the index where there is none and checks what there is.
func (x *Index) ensure(ctx context.Context, replicas int) error {
	all, err := x.versions(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		if err := x.create(ctx, replicas); err != nil {
			return err
		}
		if all, err = x.versions(ctx); err != nil {
			return err
		}
	}
	index, ok := all[x.name]
	if !ok {
		for name, other := range all {
			return x.otherVersion(name, other)
		}
		return fmt.Errorf("elasticsearch at %s: index %s was created and cannot be found", x.where, x.name)
	}
	if index.Mappings.Meta.Version != mappingVersion {
		return x.otherVersion(x.name, index)
	}
	if durability := index.Settings.Index.Translog.Durability; !strings.EqualFold(durability, "request") {
		return fmt.Errorf("elasticsearch at %s: index %s has index.translog.durability %q, which acknowledges writes before they are on disk: set it to \"request\"",
			x.where, x.name, durability)
	}
	if _, ok := index.Aliases[x.alias]; !ok {
		err := x.call(ctx, x.writing, "name index "+x.name, func() esapi.Request {
			return esapi.IndicesPutAliasRequest{Index: []string{x.name}, Name: x.alias}
		}, nil)
		if err != nil {
			return err
		}
	}
	// A writer that was killed may have left documents that are stored, but not
	// visible yet.
	return x.refresh(ctx)
}

func (x *Index) otherVersion(name string, index found) error {
	version := index.Mappings.Meta.Version
	if version == 0 {
		return fmt.Errorf("elasticsearch at %s: index %s was not made by polyglean: choose another index name", x.where, name)
	}
	return &indexer.VersionError{Index: name + " at " + x.where, Found: version, Want: mappingVersion}
}

// versions finds the indices of all versions of the mapping by name.
func (x *Index) versions(ctx context.Context) (map[string]found, error) {
	all := map[string]found{}
	err := x.call(ctx, x.reading, "look for index "+x.alias, func() esapi.Request {
		return esapi.IndicesGetRequest{Index: []string{x.alias + "-v*"}, IncludeDefaults: ptr(false), AllowNoIndices: ptr(true)}
	}, &all)
	if err != nil {
		return nil, err
	}
	ours := regexp.MustCompile("^" + regexp.QuoteMeta(x.alias) + `-v\d+$`)
	maps.DeleteFunc(all, func(name string, _ found) bool { return !ours.MatchString(name) })
	return all, nil
}

// create makes the index. Another process may be doing the same.
func (x *Index) create(ctx context.Context, replicas int) error {
	var plan struct {
		Settings map[string]any      `json:"settings"`
		Mappings json.RawMessage     `json:"mappings"`
		Aliases  map[string]struct{} `json:"aliases"`
	}
	if err := json.Unmarshal(mappingJSON, &plan); err != nil {
		return fmt.Errorf("mapping.json: %w", err)
	}
	plan.Settings["number_of_replicas"] = replicas
	plan.Aliases = map[string]struct{}{x.alias: {}}
	body, err := json.Marshal(plan)
	if err != nil {
		return fmt.Errorf("mapping.json: %w", err)
	}
	err = x.call(ctx, x.writing, "create index "+x.name, func() esapi.Request {
		return esapi.IndicesCreateRequest{Index: x.name, Body: bytes.NewReader(body)}
	}, nil)
	if e, ok := errors.AsType[*refusal](err); ok && e.kind == "resource_already_exists_exception" {
		return nil
	}
	return err
}

// refresh makes everything that is stored visible to searches.
func (x *Index) refresh(ctx context.Context) error {
	var answer struct {
		Shards struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
	}
	err := x.call(ctx, x.writing, "refresh index "+x.alias, func() esapi.Request {
		return esapi.IndicesRefreshRequest{Index: []string{x.alias}}
	}, &answer)
	if err != nil {
		return err
	}
	if answer.Shards.Failed > 0 {
		return x.explain("refresh index "+x.alias, errors.New("a shard failed"))
	}
	return nil
}
