package elasticindex

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Rebuild creates an empty index beside the one in use, which is searched on until
// Replace. Who is killed before that leaves an index without a use; the next Replace
// deletes it.
func Rebuild(ctx context.Context, cfg Config) (*Index, error) {
	x, err := connect(ctx, cfg, writing, reading)
	if err != nil {
		return nil, err
	}
	x.name = fmt.Sprintf("%s-%d", baseName(x.alias), time.Now().UnixMilli())
	x.beside.Store(true)
	if err := x.create(ctx, cfg.Replicas); err != nil {
		x.Close()
		return nil, err
	}
	return x, nil
}

// Replace puts an index made by Rebuild in the place of the one in use: who searches
// finds the old one in one moment and the new one in the next. It then deletes the old
// one, and what others began to build and left.
func (x *Index) Replace(ctx context.Context) error {
	if err := x.refresh(ctx); err != nil {
		return err
	}
	all, err := x.versions(ctx)
	if err != nil {
		return err
	}
	delete(all, x.name)
	var named []string
	for name, index := range all {
		if _, ok := index.Aliases[x.alias]; ok {
			named = append(named, name)
		}
	}
	if err := x.nameIndex(ctx, named); err != nil {
		return err
	}
	x.beside.Store(false)
	return x.remove(ctx, slices.Collect(maps.Keys(all)))
}
