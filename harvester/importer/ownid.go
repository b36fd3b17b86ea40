package importer

import "regexp"

// The ID of a study stands in a note of every export that has no field for it, as
// "Polyglean study sabc…", alone on its line or before a bar.
var (
	ownNote = regexp.MustCompile(`(?m)(?:^|\| )Polyglean study (s[a-km-np-z2-9]{20})(?: \||\s*$)`)
	ownID   = regexp.MustCompile(`^s[a-km-np-z2-9]{20}$`)
)

// addStudy takes the study's ID out of the notes of a reference that polyglean exported.
// It names the record in every format alike, also where it is all that the reference has.
func (d *draft) addStudy(notes string) {
	if m := ownNote.FindStringSubmatch(notes); m != nil {
		d.study = m[1]
	}
}
