package source

import (
	"errors"
	"strings"
	"testing"

	"polyglean/harvester"
	"polyglean/internal/protocol"
)

// Every source can say what it would send for the default protocol, to nobody.
func TestRehearsal(t *testing.T) {
	const key = "canary-7f3a91"
	for _, name := range Names() {
		s, err := New(name, Config{Key: key, Contact: "reviewer@example.org"}, NewRehearsal())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		list := harvester.Rehearse(t.Context(), s, protocol.Default(), func(err error) (string, bool) {
			unsent, ok := errors.AsType[*RehearsedError](err)
			if !ok {
				return "", false
			}
			return unsent.URL, true
		})
		if len(list) == 0 {
			t.Errorf("%s: it is asked nothing", name)
		}
		for _, r := range list {
			if !strings.HasPrefix(r.Sent, "https://") || strings.Contains(r.Sent, key) {
				t.Errorf("%s %s: %q, because %s", name, r.Query, r.Sent, r.Reason)
			}
		}
	}
}
