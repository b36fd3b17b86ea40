// Package deploy holds what a place to run polyglean needs: the commented
// configuration, service units, and files for NATS, Elasticsearch and Kubernetes.
package deploy

import _ "embed"

// Config is the configuration with every setting at its default and a comment:
// what polyglean init writes.
//
//go:embed config.yaml
var Config []byte
