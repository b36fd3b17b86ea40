package source

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// limits are what the headers of an answer say of how a host may be asked.
//
// They come in three families: those of Crossref (X-Rate-Limit-Limit and -Interval,
// X-Concurrency-Limit), those that many copied from each other (X-RateLimit-Limit,
// -Remaining, -Reset; also without the X, as in the IETF's early drafts), and those of
// the IETF's later drafts (RateLimit and RateLimit-Policy, one of several policies
// each with its parameters).
type limits struct {
	// perSecond is a pace stated as such, 0 if none is.
	perSecond float64
	// concurrent is how many requests may be under way at once, 0 if not said.
	concurrent int
	// remaining is what is left of a budget until reset has passed; it is known when
	// counted is true. Most count requests, OpenAlex credits.
	counted   bool
	remaining float64
	// reset is how long until there is more, negative if not said.
	reset time.Duration
}

// limitsOf reads the headers of an answer that came now. What makes no sense is taken
// for not said: a limit of 0 requests or of "unlimited" stops no harvest.
func limitsOf(h http.Header, now time.Time) limits {
	l := limits{reset: -1}
	if n, ok := quantity(firstHeader(h, "X-Rate-Limit-Limit")); ok && n > 0 {
		if every, err := time.ParseDuration(firstHeader(h, "X-Rate-Limit-Interval")); err == nil && every > 0 {
			l.perSecond = n / every.Seconds()
		}
	}
	if n, ok := quantity(firstHeader(h, "X-Concurrency-Limit")); ok && n >= 1 {
		l.concurrent = int(min(n, 1000))
	}
	remaining := firstHeader(h, "X-RateLimit-Remaining", "X-Rate-Limit-Remaining", "RateLimit-Remaining")
	reset := firstHeader(h, "X-RateLimit-Reset", "X-Rate-Limit-Reset", "RateLimit-Reset")
	if r, t, ok := tightest(h.Values("RateLimit")); ok {
		remaining, reset = r, t
	}
	if n, ok := quantity(remaining); ok {
		l.counted, l.remaining = true, n
	}
	if n, ok := quantity(reset); ok {
		l.reset = untilReset(n, now)
	}
	return l
}

// tightest reads RateLimit fields, in the form of the later drafts
// ("default";r=50;t=30, one or more) or of the one before (limit=100, remaining=50,
// reset=30), and returns the policy of which the least is left.
func tightest(fields []string) (remaining, reset string, ok bool) {
	least := math.Inf(1)
	for policy := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		for param := range strings.SplitSeq(policy, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
			switch strings.ToLower(name) {
			case "r", "remaining":
				if n, is := quantity(value); is && n < least {
					least, remaining, reset, ok = n, value, "", true
				}
			case "t", "reset":
				if reset == "" {
					reset = value
				}
			}
		}
	}
	return remaining, reset, ok
}

// firstHeader is the value of the first of the headers that is there, of several
// values the first: "100, 100;w=60" is 100.
func firstHeader(h http.Header, names ...string) string {
	for _, name := range names {
		value, _, _ := strings.Cut(h.Get(name), ",")
		if value, _, _ = strings.Cut(value, ";"); strings.TrimSpace(value) != "" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func quantity(s string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return n, err == nil && n >= 0 && !math.IsInf(n, 0)
}

// untilReset understands a reset as seconds from now or, as some send it, as a moment
// in seconds or milliseconds since 1970. No budget is for longer than a month; what is
// later is none of the three.
func untilReset(n float64, now time.Time) time.Duration {
	const month = 31 * 24 * 60 * 60
	seconds := n
	switch {
	case n > 1e11:
		seconds = n/1000 - float64(now.UnixMilli())/1000
	case n > 1e9:
		seconds = n - float64(now.UnixMilli())/1000
	}
	if seconds > month {
		return -1
	}
	return time.Duration(max(seconds, 0) * float64(time.Second))
}

// spent says that there is not enough left for another request of the given cost,
// and for how long.
func (l limits) spent(cost float64) (time.Duration, bool) {
	return l.reset, l.counted && l.reset >= 0 && l.remaining < cost
}

// pace is the rate, in requests of the given cost a second, at which the host may go
// on being asked; 0 if the headers do not say. A budget that is soon renewed is spread
// over the time until then; one of a day is not, but spent and then waited for.
func (l limits) pace(cost float64, soon time.Duration) float64 {
	rate := l.perSecond
	if l.counted && l.remaining >= cost && l.reset > 0 && l.reset <= soon {
		if spread := l.remaining / cost / l.reset.Seconds(); rate == 0 || spread < rate {
			rate = spread
		}
	}
	return rate
}
