package indexer

import "time"

// MaxTime is how long a search may take where a reader waits for it. An export, which
// goes through all that was found, takes the time it needs.
const MaxTime = 5 * time.Second
