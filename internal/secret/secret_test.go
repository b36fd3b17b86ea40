package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	const canary = "CANARY"
	c := struct{ Key Text }{canary}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", c.Key, "config", c)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{fmt.Sprint(c), fmt.Sprintf("%+v %#v %q %s", c, c, c.Key, c.Key), log.String(), string(asJSON), string(asYAML)} {
		if strings.Contains(out, canary) || !strings.Contains(out, "[secret]") {
			t.Errorf("printed %q", out)
		}
	}
	if c.Key.Reveal() != canary || Text("").String() != "" {
		t.Error("the secret is lost, or an empty one looks set")
	}
}

func TestSecretIsReadFromYAML(t *testing.T) {
	var c struct{ Key Text }
	if err := yaml.Unmarshal([]byte("key: CANARY"), &c); err != nil || c.Key.Reveal() != "CANARY" {
		t.Errorf("key %q, error %v", c.Key.Reveal(), err)
	}
}
