package source

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxIdent is the longest identifier believed, in bytes.
const maxIdent = 2048

var (
	doiForm    = regexp.MustCompile(`(?i)\b10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+`)
	doiStart   = regexp.MustCompile(`(?i)^(?:doi\s*[:=]?\s*|info:doi/|urn:doi:|(?:https?://)?(?:[a-z0-9-]+\.)*doi\.(?:org|pangaea\.de)/(?:doi:)?|https?://\S+?/(?:doi/(?:abs/|full/|pdf/)?)?)?$`)
	pmidForm   = regexp.MustCompile(`(?i)^(?:pmid\s*[:=]?\s*|info:pmid/|urn:pmid:|(?:https?://)?(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/)?0*([1-9][0-9]{0,8})/?$`)
	pmcidForm  = regexp.MustCompile(`(?i)(?:^|[/:\s])PMC\s*0*([1-9][0-9]{0,9})(?:\.[0-9]+)?/?$`)
	bareDigits = regexp.MustCompile(`^(?:https?://(?:www\.)?ncbi\.nlm\.nih\.gov/pmc/articles/)?0*([1-9][0-9]{0,9})/?$`)
	issnForm   = regexp.MustCompile(`^([0-9]{4})[-\x{2010}-\x{2015}\x{2212}\s]?([0-9]{3}[0-9Xx])$`)
	orcidForm  = regexp.MustCompile(`(?i)(?:^|/)([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])/?$`)
)

// normalDOI returns the DOI in s bare and in lower case, "10.…/…", or "" when s
// is not a DOI. It accepts resolver addresses, also percent-encoded, and the
// prefixes people write. Suffixes with brackets, semicolons and angle brackets
// (SICI) are whole.
func normalDOI(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > maxIdent || !strings.Contains(s, "10.") && !strings.Contains(s, "%") {
		return "" // at the price of a glance, which is what most lines are worth
	}
	if doi := strings.TrimPrefix(s, "https://doi.org/"); isDOI(doi) {
		return strings.ToLower(doi)
	}
	return findDOI(s)
}

// isDOI says whether s is a DOI in which nothing is to be decoded or cut off, as are most
// that sources send.
func isDOI(s string) bool {
	name, ok := strings.CutPrefix(s, "10.")
	registrant, suffix, whole := strings.Cut(name, "/")
	if !ok || !whole || len(registrant) < 4 || len(registrant) > 9 || strings.Trim(registrant, "0123456789") != "" {
		return false
	}
	last := byte(0)
	for i := range len(suffix) {
		last = suffix[i]
		if !isLetter(last) && strings.IndexByte("0123456789.-_:;/()", last) < 0 {
			return false
		}
	}
	return isLetter(last) || last == ')' || last >= '0' && last <= '9'
}

// findDOI is normalDOI for what has more than the DOI.
func findDOI(s string) string {
	at := doiForm.FindStringIndex(s)
	if at == nil || strings.Contains(strings.ToLower(s[:at[0]]), "%2f") {
		// An address may have its slash encoded too.
		decoded, err := url.PathUnescape(s)
		if err != nil {
			return ""
		}
		s = decoded
		if at = doiForm.FindStringIndex(s); at == nil {
			return ""
		}
	}
	before, doi := s[:at[0]], s[at[0]:at[1]]
	if before != "" && !doiStart.MatchString(before) || strings.TrimSpace(s[at[1]:]) != "" {
		return ""
	}
	if strings.Contains(doi, "%") {
		if decoded, err := url.PathUnescape(doi); err == nil {
			doi = decoded
		}
	}
	if strings.Contains(before, "://") {
		doi, _, _ = strings.Cut(doi, "?")
		// A SICI may hold "#"; a fragment never has what a SICI has.
		if !strings.ContainsAny(doi, "<>") {
			doi, _, _ = strings.Cut(doi, "#")
		}
	}
	doi = strings.TrimRight(doi, ".,;:\"'")
	if strings.ContainsFunc(doi, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar }) || strings.HasSuffix(doi, "/") {
		return ""
	}
	return strings.ToLower(doi)
}

// normalPMID returns the digits of a PubMed ID, or "".
func normalPMID(s string) string {
	if m := pmidForm.FindStringSubmatch(strings.TrimSpace(s)); m != nil {
		return m[1]
	}
	return ""
}

// normalPMCID returns a PubMed Central ID with its prefix and without its
// version, "PMC123", or "".
func normalPMCID(s string) string {
	s = strings.TrimSpace(s)
	m := pmcidForm.FindStringSubmatch(s)
	if m == nil {
		m = bareDigits.FindStringSubmatch(s)
	}
	if m == nil {
		return ""
	}
	return "PMC" + m[1]
}

// openAlexID returns the ID of an OpenAlex work, "W123", or "". There are so many of them,
// in references, that they are not read by a pattern.
func openAlexID(s string) string {
	const mostDigits = 15
	s = strings.TrimSuffix(strings.TrimSpace(s), "/")
	at := strings.LastIndexAny(s, "/:") + 1
	switch id := s[at:]; strings.ToLower(s[:at]) {
	case "", "openalex:",
		"https://openalex.org/", "https://openalex.org/works/", "https://api.openalex.org/", "https://api.openalex.org/works/",
		"http://openalex.org/", "http://openalex.org/works/", "http://api.openalex.org/", "http://api.openalex.org/works/":
		if len(id) < 2 || len(id) > 1+mostDigits || id[0]|0x20 != 'w' || strings.Trim(id[1:], "0123456789") != "" {
			return ""
		}
		return strings.ToUpper(id)
	}
	return ""
}

// normalORCID returns the digits of an ORCID iD in their groups of four, or "".
func normalORCID(s string) string {
	if m := orcidForm.FindStringSubmatch(strings.TrimSpace(s)); m != nil {
		return strings.ToUpper(m[1])
	}
	return ""
}

// normalISSN returns an ISSN as "1234-567X", or "" when it is not one or its
// check digit is wrong.
func normalISSN(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 4 && strings.EqualFold(s[:4], "issn") {
		s = strings.TrimLeft(s[4:], ": ")
	}
	s = strings.TrimPrefix(s, "http://id.crossref.org/issn/")
	m := issnForm.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	digits := strings.ToUpper(m[1] + m[2])
	sum := 0
	for i := range 7 {
		sum += int(digits[i]-'0') * (8 - i)
	}
	check := "0123456789X"[(11-sum%11)%11]
	if digits[7] != check {
		return ""
	}
	return digits[:4] + "-" + digits[4:]
}

// normalISSNs is normalISSN over several, each once.
func normalISSNs(list ...string) []string {
	var out []string
	for _, s := range list {
		if issn := normalISSN(s); issn != "" {
			out = appendNew(out, issn)
		}
	}
	return out
}

// appendNew appends v unless it is empty or there already.
func appendNew(list []string, v string) []string {
	if v == "" {
		return list
	}
	for _, have := range list {
		if have == v {
			return list
		}
	}
	return append(list, v)
}

// uniques collects texts, each once and in the order they come, however many there are.
type uniques struct {
	list []string
	seen map[string]struct{} // once the list is long
}

// longList is where looking a text up becomes cheaper than going through the list.
const longList = 32

func (u *uniques) add(v string) {
	if len(u.list) < longList {
		u.list = appendNew(u.list, v)
		return
	}
	if u.seen == nil {
		u.seen = make(map[string]struct{}, 2*longList)
		for _, have := range u.list {
			u.seen[have] = struct{}{}
		}
	}
	if _, have := u.seen[v]; !have && v != "" {
		u.seen[v] = struct{}{}
		u.list = append(u.list, v)
	}
}

// Years outside of these are mistakes: print is not older, and no source knows
// the far future.
const (
	firstYear = 1400
	lastYear  = 2100
)

// dateOf writes a date as precisely as its parts allow: YYYY, YYYY-MM or
// YYYY-MM-DD. A year that cannot be gives "" and 0; a month or day that cannot
// be is left off with all that follows it.
func dateOf(year, month, day int) (date string, y int) {
	if year < firstYear || year > lastYear {
		return "", 0
	}
	b := strconv.AppendInt(nil, int64(year), 10)
	if month >= 1 && month <= 12 {
		b = append(b, '-', byte('0'+month/10), byte('0'+month%10))
		if day >= 1 && day <= daysIn(year, month) {
			b = append(b, '-', byte('0'+day/10), byte('0'+day%10))
		}
	}
	return string(b), year
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

var (
	numericDate = regexp.MustCompile(`^([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?$`)
	compactDate = regexp.MustCompile(`^([0-9]{4})([0-9]{2})([0-9]{2})$`)
	wordDate    = regexp.MustCompile(`^([0-9]{4})\s+([A-Za-z]{3,9})\.?(?:\s+([0-9]{1,2}))?$`)
	dayFirst    = regexp.MustCompile(`^(?:([0-9]{1,2})\s+)?([A-Za-z]{3,9})\.?,?\s+([0-9]{4})$`)
	anyYear     = regexp.MustCompile(`(?:^|[^0-9])(1[4-9][0-9]{2}|20[0-9]{2}|2100)(?:[^0-9]|$)`)
)

// normalDate reads a date as sources write it, "2016", "2016-03-05T00:00:00Z",
// "2016 Mar 5", "5 March 2016", and returns it as dateOf does. Of what has no
// single month, such as a season or "2016 Jan-Feb", the year remains.
func normalDate(s string) (date string, year int) {
	s = strings.TrimSpace(s)
	if len(s) > 64 {
		return "", 0
	}
	if m := numericDate.FindStringSubmatch(s); m != nil {
		return dateOf(number(m[1]), number(m[2]), number(m[3]))
	}
	if m := compactDate.FindStringSubmatch(s); m != nil {
		return dateOf(number(m[1]), number(m[2]), number(m[3]))
	}
	if m := wordDate.FindStringSubmatch(s); m != nil {
		return dateOf(number(m[1]), monthOf(m[2]), number(m[3]))
	}
	if m := dayFirst.FindStringSubmatch(s); m != nil {
		return dateOf(number(m[3]), monthOf(m[2]), number(m[1]))
	}
	if m := anyYear.FindStringSubmatch(s); m != nil {
		return dateOf(number(m[1]), 0, 0)
	}
	return "", 0
}

// monthOf returns the month of an English name or its first three letters, 0 for
// anything else.
func monthOf(s string) int {
	s = strings.ToLower(s)
	for i, name := range [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"} {
		if s == name || s == name[:3] || s == "sept" && i == 8 {
			return i + 1
		}
	}
	return 0
}

// number is the value of a string of digits, 0 when empty.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// dayOr is the day of t, or open for a zero t.
func dayOr(t time.Time, open string) string {
	if t.IsZero() {
		return open
	}
	return t.UTC().Format(time.DateOnly)
}
