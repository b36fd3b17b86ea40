package demo

import "strings"

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// escape makes s safe as text and as an attribute in XML and HTML.
func escape(s string) string { return escaper.Replace(s) }
