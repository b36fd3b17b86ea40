// Polyglean finds the studies a systematic review's keyword search would miss: it
// harvests bibliographic sources in many languages, detects each record's language,
// flags what the published strategy does not match and says why, and gives
// reviewers an index to search.
//
//	harvester → JetStream → classifier → JetStream → indexer → Bleve or Elasticsearch
//
// See the packages harvester, classifier and indexer for what the stages do, and
// internal/command for the commands.
package main

import (
	"os"

	"polyglean/internal/command"
)

func main() { os.Exit(command.Run()) }
