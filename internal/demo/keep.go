package demo

import (
	"bytes"
	"net/http"
)

// Keep makes the server remember the answers it gives from now on, up to so many bytes of
// them, and give them again without making them: for measurements, in which a source
// costs the asker nothing. What is served must not change.
func (s *Server) Keep(bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.room = bytes
}

// answer is a kept answer.
type answer struct {
	mediaType string
	body      []byte
}

// keeping gives kept answers, and keeps what h answers to requests that can be repeated.
func (s *Server) keeping(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		url := r.URL.String()
		s.mu.Lock()
		kept, known := s.kept[url]
		room := s.room
		s.mu.Unlock()
		switch {
		case known:
			writeBody(w, http.StatusOK, kept.mediaType, kept.body)
			return
		case room == 0 || r.Method != http.MethodGet:
			h(w, r)
			return
		}
		c := &copying{ResponseWriter: w, status: http.StatusOK}
		h(c, r)
		if n := c.body.Len(); c.status == http.StatusOK && n <= room {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.room -= n
			s.kept[url] = answer{w.Header().Get("Content-Type"), c.body.Bytes()}
		}
	}
}

// copying is a response of which a copy is taken.
type copying struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (c *copying) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *copying) Write(p []byte) (int, error) {
	c.body.Write(p)
	return c.ResponseWriter.Write(p)
}
