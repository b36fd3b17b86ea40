package alerts

import (
	"context"
	"fmt"

	"polyglean/indexer"
	"polyglean/internal/stream"
)

// logs are those that the index is made of.
var logs = []string{stream.Classified, stream.Decisions, stream.Scores}

// state is how far the logs reach and how far the index has read them.
type state struct {
	ends, done map[string]uint64
	// unread are messages that the index, or the classifier before it, has yet to read.
	unread     int
	rebuilding bool
}

func (s *Service) state(ctx context.Context) (state, error) {
	st := state{ends: map[string]uint64{}, done: map[string]uint64{}}
	var err error
	if st.rebuilding, err = indexer.Rebuilding(ctx, s.bus); err != nil {
		return st, err
	}
	if st.unread, err = s.bus.Unread(ctx, stream.Candidates); err != nil {
		return st, err
	}
	for _, log := range logs {
		end, err := s.bus.End(ctx, log)
		if err != nil {
			return st, err
		}
		st.ends[log] = end.Seq
		readers, err := s.bus.Readers(ctx, log)
		if err != nil {
			return st, err
		}
		for _, r := range readers {
			if r.Name == indexer.Stage {
				st.done[log] = r.Done
			}
		}
		lag, err := s.bus.Lag(ctx, log, indexer.Stage)
		if err != nil {
			return st, err
		}
		st.unread += lag
	}
	return st, nil
}

// behind says that the index has read less than it had at an earlier time. A log that has
// lost its end cannot be read as far as it was.
func (st state) behind(earlier state) bool {
	if st.rebuilding {
		return true
	}
	for _, log := range logs {
		if st.done[log] < min(earlier.done[log], st.ends[log]) {
			return true
		}
	}
	return false
}

// moved says that the logs have grown.
func (st state) moved(earlier state) bool {
	for _, log := range logs {
		if st.ends[log] != earlier.ends[log] {
			return true
		}
	}
	return false
}

// evaluatedKey is where it is kept how far the index had read the logs when it was last
// compared with what was told.
const evaluatedKey = "alerts.evaluated"

// ready says whether the index has read as much as at any evaluation before: ErrNotNow
// where it has not.
func (s *Service) ready(ctx context.Context, now state) error {
	var then map[string]uint64
	if _, err := s.bus.LoadState(ctx, evaluatedKey, &then); err != nil {
		return err
	}
	if now.behind(state{done: then}) {
		return ErrNotNow
	}
	return nil
}

// filled is ErrNotNow for an index that is empty though records were read for it: somebody
// removed it. An alert that noted nothing of it would tell everything when it is filled.
func (s *Service) filled(ctx context.Context, now state) error {
	if now.done[stream.Classified] == 0 {
		return nil
	}
	all, err := s.searcher.Search(ctx, indexer.Query{SetAside: true, Size: 1, Bare: true})
	if err == nil && all.Total == 0 {
		err = ErrNotNow
	}
	return err
}

// remember keeps how far the index had read the logs.
func (s *Service) remember(ctx context.Context, now state) error {
	var then map[string]uint64
	revision, err := s.bus.LoadRevision(ctx, evaluatedKey, &then)
	if err != nil {
		return err
	}
	same := revision > 0
	for _, log := range logs {
		same = same && then[log] == now.done[log]
	}
	if same {
		return nil
	}
	if _, err := s.bus.UpdateState(ctx, evaluatedKey, now.done, revision); err != nil {
		return fmt.Errorf("alerts: %w", err)
	}
	return nil
}
