package classifier

// sure is the confidence at which a declared language counts as contradicted.
const sure = 0.9

// serboCroatian are one language as far as texts can tell.
var serboCroatian = map[string]bool{"hr": true, "bs": true, "sr": true}
