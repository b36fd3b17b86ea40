package bleveindex

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// A guard keeps scorch from merging segments that were damaged on the disk: what is
// merged is written under a checksum of its own, and could never be told from what is
// sound. All segments that an index was opened with are read once, before the first
// merge, in the background.
type guard struct {
	store   *scorch.Scorch
	closing context.Context
	close   func()
	checked sync.Once
	damage  atomic.Pointer[error]
}

// guards are those of the open indexes by their store: scorch calls one function for all.
var guards sync.Map

const guardName = "polyglean"

func init() {
	scorch.RegistryEventCallbacks[guardName] = func(e scorch.Event) bool {
		if e.Kind != scorch.EventKindPreMergeCheck {
			return true
		}
		g, ok := guards.Load(e.Scorch)
		return !ok || g.(*guard).sound()
	}
}

// watch puts a guard before a store that has not begun to merge.
func watch(store *scorch.Scorch) *guard {
	ctx, cancel := context.WithCancel(context.Background())
	g := &guard{store: store, closing: ctx}
	g.close = func() {
		cancel()
		guards.Delete(store)
	}
	guards.Store(store, g)
	return g
}

// sound reports whether the index may merge. With damage it does not come back before
// close: scorch asks again at once.
func (g *guard) sound() bool {
	g.checked.Do(func() {
		if err := g.check(); err != nil {
			g.damage.Store(&err)
		}
	})
	if g.damage.Load() != nil {
		<-g.closing.Done()
	}
	return g.closing.Err() == nil
}

func (g *guard) check() error {
	reader, err := g.store.Reader()
	if err != nil {
		return err
	}
	defer reader.Close()
	for _, err := range damagedSegments(g.closing, reader.(*scorch.IndexSnapshot).Segments()) {
		return fmt.Errorf("%w: run `polyglean reindex` to build the index anew from the log", err)
	}
	return nil
}

// err is the damage that was found, if any.
func (g *guard) err() error {
	if damage := g.damage.Load(); damage != nil {
		return *damage
	}
	return nil
}
