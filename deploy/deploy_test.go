// Package deploy_test holds the files beside it to what the program promises.
package deploy_test

import (
	"os"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"go.yaml.in/yaml/v3"
)

// TestNATS: the server reads its file, acknowledges only what is on disk, and takes
// messages as large as the embedded one.
func TestNATS(t *testing.T) {
	t.Setenv("NATS_PASSWORD", "a-password")
	opts, err := server.ProcessConfigFile("nats.conf")
	if err != nil {
		t.Fatal(err)
	}
	if !opts.SyncAlways {
		t.Error("sync_interval is not always: messages would be acknowledged before they are on disk")
	}
	if want := int32(8 << 20); opts.MaxPayload != want {
		t.Errorf("max_payload %d, want %d", opts.MaxPayload, want)
	}
	if !opts.JetStream || opts.StoreDir != "/data" {
		t.Errorf("JetStream %v in %q, want it in /data", opts.JetStream, opts.StoreDir)
	}
	if opts.Username != "polyglean" || opts.Password != "a-password" {
		t.Errorf("account %q with password %q, want the one of the environment", opts.Username, opts.Password)
	}
	if opts.HTTPHost != "127.0.0.1" {
		t.Errorf("monitoring listens on %q", opts.HTTPHost)
	}
}

// TestCompose: every port is bound to the loopback interface, every password is
// asked for, and every container has given up its capabilities.
func TestCompose(t *testing.T) {
	raw, err := os.ReadFile("compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Image       string            `yaml:"image"`
			Ports       []string          `yaml:"ports"`
			Volumes     []string          `yaml:"volumes"`
			CapDrop     []string          `yaml:"cap_drop"`
			Environment map[string]string `yaml:"environment"`
		} `yaml:"services"`
		Volumes map[string]any `yaml:"volumes"`
	}
	if err := yaml.Unmarshal(raw, &compose); err != nil {
		t.Fatal(err)
	}
	if len(compose.Services) != 2 {
		t.Fatalf("%d services, want nats and elasticsearch", len(compose.Services))
	}
	for name, service := range compose.Services {
		if len(service.Ports) == 0 || len(service.CapDrop) != 1 || service.CapDrop[0] != "ALL" {
			t.Errorf("%s: ports %q, capabilities dropped %q", name, service.Ports, service.CapDrop)
		}
		for _, port := range service.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to other machines", name, port)
			}
		}
		asked := false
		for variable, value := range service.Environment {
			if strings.HasSuffix(variable, "PASSWORD") {
				asked = strings.HasPrefix(value, "${") && strings.Contains(value, ":?")
			}
		}
		if !asked {
			t.Errorf("%s: it starts without a password", name)
		}
	}
}

// TestUnits: the two services share user, data and configuration, and are confined
// alike.
func TestUnits(t *testing.T) {
	serve, harvest := unit(t, "polyglean.service"), unit(t, "polyglean-harvest.service")
	const options = " --config /etc/polyglean/polyglean.yaml --data %S/polyglean"
	if got, want := serve["ExecStart"], "/usr/local/bin/polyglean serve"+options; got != want {
		t.Errorf("polyglean.service runs %q, want %q", got, want)
	}
	if got, want := harvest["ExecStart"], "/usr/local/bin/polyglean harvest"+options; got != want {
		t.Errorf("polyglean-harvest.service runs %q, want %q", got, want)
	}
	for key, want := range map[string]string{
		"DynamicUser": "yes", "User": "polyglean", "StateDirectory": "polyglean", "StateDirectoryMode": "0700", "UMask": "0077",
		"ProtectSystem": "strict", "ProtectHome": "yes", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "",
	} {
		if serve[key] != want || harvest[key] != want {
			t.Errorf("%s is %q and %q, want %q in both", key, serve[key], harvest[key], want)
		}
	}
	for key, value := range serve {
		if (strings.HasPrefix(key, "Protect") || strings.HasPrefix(key, "Restrict") || strings.HasPrefix(key, "SystemCall")) && harvest[key] != value {
			t.Errorf("%s is %q for serving and %q for harvesting", key, value, harvest[key])
		}
	}
	if serve["IPAddressDeny"] != "any" || serve["IPAddressAllow"] != "localhost" {
		t.Errorf("serving reaches %q but %q", serve["IPAddressAllow"], serve["IPAddressDeny"])
	}
}

// unit reads a systemd unit; of a key that comes twice, both values.
func unit(t *testing.T, name string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if key, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			values[key] = strings.TrimSpace(values[key] + " " + value)
		}
	}
	return values
}
