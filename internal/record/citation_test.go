package record

import "testing"

func TestFollowedBy(t *testing.T) {
	for _, how := range Citations {
		c, study, ok := FollowedBy(how.Query("sabc"))
		if c != how || study != "sabc" || !ok {
			t.Errorf("%s: %s %s %v", how.Query("sabc"), c, study, ok)
		}
	}
	for _, query := range []string{"", "published", "set:thesis", "cites", "cites:", "ja:2"} {
		if _, _, ok := FollowedBy(query); ok {
			t.Errorf("%q is taken for a snowball", query)
		}
	}
}
