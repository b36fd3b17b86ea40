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
	"slices"
	"strconv"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"polyglean/indexer"
)

// mappingVersion is raised when mapping.json or what stands in documents changes in a
// way that an index made before cannot serve.
const mappingVersion = 5

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

// ensure finds the index behind the alias, creates it where there is none, and checks
// it.
func (x *Index) ensure(ctx context.Context, replicas int) error {
	all, err := x.versions(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		if err := x.create(ctx, replicas, x.alias); err != nil {
			return err
		}
		if all, err = x.versions(ctx); err != nil {
			return err
		}
	}
	if x.name, err = x.pick(all); err != nil {
		return err
	}
	index := all[x.name]
	if index.Mappings.Meta.Version != mappingVersion {
		return x.otherVersion(x.name, index)
	}
	if durability := index.Settings.Index.Translog.Durability; !strings.EqualFold(durability, "request") {
		return fmt.Errorf("elasticsearch at %s: index %s has index.translog.durability %q, which acknowledges writes before they are on disk: set it to \"request\"",
			x.where, x.name, durability)
	}
	if _, ok := index.Aliases[x.alias]; !ok {
		if err := x.nameIndex(ctx, nil); err != nil {
			return err
		}
	}
	// A writer that was killed may have left documents that are stored, but not
	// visible yet.
	return x.refresh(ctx)
}

// pick finds the index that is in use: the one with the alias, or the only one. One
// without the alias is being filled beside the one that is in use, or was when its
// writer was killed. What the first of a review is filled with is right as far as it
// goes, and so is what somebody took the alias from.
func (x *Index) pick(all map[string]found) (string, error) {
	var named, others []string
	for name, index := range all {
		if _, ok := index.Aliases[x.alias]; ok {
			named = append(named, name)
		} else {
			others = append(others, name)
		}
	}
	switch {
	case len(named) == 1:
		return named[0], nil
	case len(named) == 0 && len(others) == 1:
		return others[0], nil
	}
	names := slices.Sorted(maps.Keys(all))
	return "", fmt.Errorf("elasticsearch at %s: which of the indices %s is %s cannot be told: give one of them that alias, and it alone, or delete the others",
		x.where, strings.Join(names, ", "), x.alias)
}

func (x *Index) otherVersion(name string, index found) error {
	version := index.Mappings.Meta.Version
	if version == 0 {
		return fmt.Errorf("elasticsearch at %s: index %s was not made by polyglean: choose another index name", x.where, name)
	}
	return &indexer.VersionError{Index: name + " at " + x.where, Found: version, Want: mappingVersion}
}

// versions finds the indices of the review by name, of all versions of the mapping.
func (x *Index) versions(ctx context.Context) (map[string]found, error) {
	all := map[string]found{}
	err := x.call(ctx, x.reading, "look for index "+x.alias, func() esapi.Request {
		return esapi.IndicesGetRequest{Index: []string{x.alias + "-v*"}, IncludeDefaults: ptr(false), AllowNoIndices: ptr(true)}
	}, &all)
	if err != nil {
		return nil, err
	}
	ours := regexp.MustCompile("^" + regexp.QuoteMeta(x.alias) + `-v\d+(-\d+)?$`)
	maps.DeleteFunc(all, func(name string, _ found) bool { return !ours.MatchString(name) })
	return all, nil
}

// create makes the index by the template of its review. Another process may be doing
// the same.
func (x *Index) create(ctx context.Context, replicas int, aliases ...string) error {
	if err := x.putTemplate(ctx, replicas); err != nil {
		return err
	}
	plan := map[string]any{}
	if len(aliases) > 0 {
		plan["aliases"] = map[string]any{aliases[0]: struct{}{}}
	}
	body, err := json.Marshal(plan)
	if err != nil {
		return err
	}
	err = x.call(ctx, x.writing, "create index "+x.name, func() esapi.Request {
		return esapi.IndicesCreateRequest{Index: x.name, Body: bytes.NewReader(body)}
	}, nil)
	if e, ok := errors.AsType[*refusal](err); ok && e.kind == "resource_already_exists_exception" {
		return nil
	}
	return err
}

// templatePriority is above that of Elasticsearch's own templates (100).
const templatePriority = 500

// putTemplate says how the indices of the review are made, also those that an
// administrator makes by copying one.
func (x *Index) putTemplate(ctx context.Context, replicas int) error {
	var plan struct {
		Settings map[string]any  `json:"settings"`
		Mappings json.RawMessage `json:"mappings"`
	}
	if err := json.Unmarshal(mappingJSON, &plan); err != nil {
		return fmt.Errorf("mapping.json: %w", err)
	}
	plan.Settings["number_of_replicas"] = replicas
	base := baseName(x.alias)
	body, err := json.Marshal(object{
		"index_patterns": []string{base, base + "-*"},
		"priority":       templatePriority,
		"template":       plan,
	})
	if err != nil {
		return fmt.Errorf("mapping.json: %w", err)
	}
	return x.call(ctx, x.writing, "write the template of index "+x.alias, func() esapi.Request {
		return esapi.IndicesPutIndexTemplateRequest{Name: base, Body: bytes.NewReader(body)}
	}, nil)
}

// baseName is the first name of an index of this version of the mapping.
func baseName(alias string) string { return alias + "-v" + strconv.Itoa(mappingVersion) }

// nameIndex gives the index the alias, and takes it from others, at one moment.
func (x *Index) nameIndex(ctx context.Context, others []string) error {
	actions := []object{{"add": object{"index": x.name, "alias": x.alias}}}
	for _, name := range others {
		actions = append(actions, object{"remove": object{"index": name, "alias": x.alias}})
	}
	body, err := json.Marshal(object{"actions": actions})
	if err != nil {
		return err
	}
	return x.call(ctx, x.writing, "name index "+x.name, func() esapi.Request {
		return esapi.IndicesUpdateAliasesRequest{Body: bytes.NewReader(body)}
	}, nil)
}

// refresh makes everything that is stored visible to searches.
func (x *Index) refresh(ctx context.Context) error {
	var answer struct {
		Shards struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
	}
	err := x.call(ctx, x.writing, "refresh index "+x.target(), func() esapi.Request {
		return esapi.IndicesRefreshRequest{Index: []string{x.target()}}
	}, &answer)
	if err != nil {
		return err
	}
	if answer.Shards.Failed > 0 {
		return x.explain("refresh index "+x.target(), errors.New("a shard failed"))
	}
	return nil
}
