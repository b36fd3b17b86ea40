package bleveindex

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/util"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	"go.etcd.io/bbolt"
)

// lockTimeout is how long Open waits for another process to let go.
const lockTimeout = 2 * time.Second

// openStore opens scorch in a directory. Scorch passes over a snapshot it cannot
// read and goes on with an older one or with nothing, which would look like an
// index that lost its documents; here that is an error.
func openStore(path string, queue *index.AnalysisQueue) (store *scorch.Scorch, g *guard, err error) {
	defer func() {
		// Readers of damaged files may run off their end.
		if p := recover(); p != nil {
			store, g, err = nil, nil, fmt.Errorf("damaged: %v", p)
		}
	}()
	want, err := newestSegments(path)
	if err != nil {
		return nil, nil, err
	}
	opened, err := scorch.NewScorch(scorch.Name, map[string]any{
		"path":         path,
		"bolt_timeout": lockTimeout.String(), "eventCallbackName": guardName,
		"scorchMergePlanOptions": map[string]any{
			"MaxSegmentSize": busyLargest, "FloorSegmentSize": busySegment,
			"MaxSegmentsPerTier": busyMerge, "SegmentsPerMergeTask": busyMerge,
		},
		// The parts of a batch are not merged before they are on the disk: it waits for that.
		"scorchPersisterOptions": map[string]any{"MemoryPressurePauseThreshold": 0},
	}, queue)
	if err != nil {
		return nil, nil, err
	}
	store = opened.(*scorch.Scorch)
	// OpenMeta loads; only Open starts to merge and remove segments.
	if err := store.OpenMeta(); err != nil {
		return nil, nil, err
	}
	if err := sameSegments(store, want); err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	g = watch(store)
	if err := store.Open(); err != nil {
		g.close()
		return nil, nil, err
	}
	return store, g, nil
}

// newestSegments reads which files the newest snapshot is made of.
func newestSegments(path string) (map[string]bool, error) {
	root := filepath.Join(path, "root.bolt")
	if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	db, err := bbolt.Open(root, 0o600, &bbolt.Options{Timeout: lockTimeout})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	files := make(map[string]bool)
	err = db.View(func(tx *bbolt.Tx) error {
		snapshots := tx.Bucket(util.BoltSnapshotsBucket)
		if snapshots == nil {
			return nil
		}
		newest, _ := snapshots.Cursor().Last()
		if newest == nil {
			return nil
		}
		snapshot := snapshots.Bucket(newest)
		if snapshot == nil {
			return errors.New("the newest snapshot is missing")
		}
		return snapshot.ForEachBucket(func(name []byte) error {
			if file := snapshot.Bucket(name).Get(util.BoltPathKey); file != nil {
				files[string(file)] = true
			}
			return nil
		})
	})
	return files, err
}

// sameSegments wants the store to have loaded the files and no others.
func sameSegments(store *scorch.Scorch, want map[string]bool) error {
	reader, err := store.Reader()
	if err != nil {
		return err
	}
	defer reader.Close()
	segments := reader.(*scorch.IndexSnapshot).Segments()
	if len(segments) != len(want) {
		return fmt.Errorf("%d of its %d segments can be read", len(segments), len(want))
	}
	for _, s := range segments {
		file, ok := s.Segment().(segment.PersistedSegment)
		if !ok || !want[filepath.Base(file.Path())] {
			return errors.New("the newest snapshot cannot be read")
		}
	}
	return nil
}
