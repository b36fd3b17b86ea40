package stream

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/minio/highwayhash"
)

// The files of the embedded server, under the directory of a stream:
//
//	meta.inf, meta.sum       what the stream is, and the checksum of that
//	msgs/N.blk               its messages
//	msgs/index.db            a summary of the blocks, with a checksum that the server compares
//	obs/NAME/meta.inf, .sum  what a reader is, and the checksum of that
//	obs/NAME/o.dat           how far the reader has come
//
// The server trusts the positions in blocks and in o.dat: one flipped bit and it counts
// to 2^60, with a list that grows until the memory is full, or for ever. So what it
// trusts is read over before it starts.
const (
	metaFile     = "meta.inf"
	metaSumFile  = "meta.sum"
	blocksDir    = "msgs"
	readersDir   = "obs"
	positionFile = "o.dat"
)

// mendStore reads over the files of a server that is not running, in the directory it
// is given as its store. A damaged message is an error, and nothing is changed: only
// its owner can decide what becomes of it. What a damaged reader's file said is made
// anew: at worst the reader reads its log again, which has no effect on what is there.
func mendStore(store string) error {
	streams, err := filepath.Glob(filepath.Join(store, "jetstream", "*", "streams", "*"))
	if err != nil {
		return fmt.Errorf("embedded NATS in %s: %w", store, err)
	}
	for _, dir := range streams {
		if err := mendStream(dir); err != nil {
			return err
		}
	}
	return nil
}

func mendStream(dir string) error {
	name := filepath.Base(dir)
	if name == leasesStream {
		// Whoever held a lease on an embedded server died with it.
		return os.RemoveAll(dir)
	}
	if err := mendMeta(dir, name, "the stream is made anew round its messages"); err != nil {
		return err
	}
	last, err := checkBlocks(filepath.Join(dir, blocksDir), name)
	if err != nil {
		return err
	}
	readers, err := os.ReadDir(filepath.Join(dir, readersDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("readers of stream %s: %w", name, err)
	}
	for _, r := range readers {
		reader := filepath.Join(dir, readersDir, r.Name())
		if err := mendMeta(reader, name+"/"+r.Name(), "the reader is made anew and goes on where it was"); err != nil {
			return err
		}
		if err := mendPosition(filepath.Join(reader, positionFile), last); err != nil {
			return err
		}
	}
	return nil
}

// mendMeta removes the description of a stream or reader that is not what its checksum
// says. The server passes over such a stream, and believes what such a reader's says;
// without one, both are made again as the program wants them.
func mendMeta(dir, key, then string) error {
	path := filepath.Join(dir, metaFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("embedded NATS: %w", err)
	}
	sum, err := os.ReadFile(filepath.Join(dir, metaSumFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("embedded NATS: %w", err)
	}
	h := serverHash(key)
	h.Write(raw)
	if string(sum) == hex.EncodeToString(h.Sum(nil)) || bytes.Contains(raw, []byte(restoring)) {
		return nil
	}
	slog.Warn("damaged file: "+then, "file", path)
	return errors.Join(os.Remove(path), removeIfThere(filepath.Join(dir, metaSumFile)))
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// serverHash is the checksum the server uses, with the key of a stream, a reader or a
// block.
func serverHash(key string) hash.Hash {
	k := sha256.Sum256([]byte(key))
	h, err := highwayhash.New64(k[:])
	if err != nil {
		panic(err) // of the length of the key alone
	}
	return h
}
