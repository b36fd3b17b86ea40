package elasticindex

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"polyglean/indexer"
)

// cursor is what Found.Next encodes: the place of the last hit in the order. It
// holds nothing of the server's, so that it outlives a restart.
type cursor struct {
	Order []indexer.Sort    `json:"o"`
	After []json.RawMessage `json:"a"`
}

func encodeCursor(order []indexer.Sort, after []json.RawMessage) (string, error) {
	data, err := json.Marshal(cursor{Order: order, After: after})
	if err != nil {
		return "", fmt.Errorf("elasticsearch: cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(data), nil
}

// decodeCursor reads a cursor that a reader may have changed; the error wraps
// indexer.ErrPage. An empty one is the start.
func decodeCursor(text string, order []indexer.Sort) ([]json.RawMessage, error) {
	if text == "" {
		return nil, nil
	}
	var c cursor
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	switch {
	case err != nil:
	case !slices.Equal(c.Order, order):
		err = errors.New("it belongs to another order")
	case len(c.After) != len(order)+1:
		err = errors.New("it names another number of values")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", indexer.ErrPage, err)
	}
	return c.After, nil
}
