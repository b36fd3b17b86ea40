// Package merge decides which bibliographic records are copies of one study. It is
// pure: what it says depends on the records alone, never on the order they came in.
//
// A Record is made of a candidate once. Its Keys are what copies have in common
// often enough (identifiers, beginnings and ends of titles, authors, pages), so that
// copies find each other in an index without a comparison of all with all. Compare
// then judges two records, and Cluster makes groups of many.
//
// Compare weighs four kinds of evidence: identifiers, titles, people, and the place
// of publication (journal, volume, pages, year). No kind is proof alone: a DOI may
// be shared by a whole issue or be a template's, and editorials share their title.
// What speaks against, such as the number of a part or another edition's identifier,
// outweighs likeness. Versions, editions in another language, corrections and
// replies are linked, not merged. What sources state of two works, that one is the
// other's preprint or translation, corrects or retracts it, stands before likeness.
//
// Texts of every script take part. Where a script has letters for sounds (Latin,
// Cyrillic, Greek, kana, Hangul, Arabic, Hebrew), names and titles are also compared
// by the classes of their consonants, which transliterations of one word have in
// common. Where it has not, authors and titles in another script are no evidence
// either way, and the place of publication decides.
package merge
