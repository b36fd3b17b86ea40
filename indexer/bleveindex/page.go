package bleveindex

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"polyglean/indexer"
)

// page is where a page ended: the sort keys and ID of its last hit. It names no
// document number and no snapshot, so it holds for as long as the index does.
type page struct {
	Order string   `json:"o"`
	Keys  []uint64 `json:"k"`
	ID    string   `json:"i"`
}

func encodePage(plan indexer.Plan, keys []uint64, id string) string {
	raw, err := json.Marshal(page{orderOf(plan), keys, id})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// decodePage gives nil for the first page.
func decodePage(plan indexer.Plan) (*candidate, error) {
	if plan.After == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(plan.After)
	if err != nil {
		return nil, indexer.ErrPage
	}
	var p page
	if err := json.Unmarshal(raw, &p); err != nil || p.Order != orderOf(plan) || len(p.Keys) != len(plan.Sort) || p.ID == "" {
		return nil, indexer.ErrPage
	}
	return &candidate{keys: p.Keys, id: p.ID}, nil
}

func orderOf(plan indexer.Plan) string { return fmt.Sprint(plan.Sort) }
