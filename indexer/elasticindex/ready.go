package elasticindex

import (
	"context"
	"fmt"
	"net/http"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"polyglean/indexer"
)

var _ indexer.Prober = (*Index)(nil)

// Ready implements indexer.Prober. It writes nothing: it asks whether the index is closed,
// read-only, or without its shard.
func (x *Index) Ready(ctx context.Context) error {
	const doing = "see whether it takes writes"
	var settings map[string]struct {
		Settings map[string]any `json:"settings"`
	}
	err := x.call(ctx, x.reading, doing, func() esapi.Request {
		return esapi.IndicesGetSettingsRequest{Index: []string{x.target()}, Name: []string{"index.blocks.*", "index.verified_before_close"}, FlatSettings: ptr(true)}
	}, &settings)
	if err != nil {
		return err
	}
	for _, index := range settings {
		for _, b := range blocks {
			if !b.cluster && fmt.Sprint(index.Settings[b.setting]) == "true" {
				return x.explain(doing, &refusal{status: http.StatusForbidden, kind: kindBlock, reason: b.setting + " is set (" + b.number + ")"})
			}
		}
		if fmt.Sprint(index.Settings["index.verified_before_close"]) == "true" {
			return x.explain(doing, &refusal{status: http.StatusBadRequest, kind: kindClosed})
		}
	}
	var health struct {
		Status string `json:"status"`
	}
	err = x.call(ctx, x.reading, doing, func() esapi.Request {
		return esapi.ClusterHealthRequest{Index: []string{x.target()}}
	}, &health)
	if err != nil {
		return err
	}
	if health.Status == "red" {
		return x.explain(doing, &refusal{status: http.StatusServiceUnavailable, kind: kindsNoShard[0], reason: "a primary shard is not allocated"})
	}
	return nil
}
