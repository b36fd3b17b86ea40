// Package elasticindex keeps the documents of the indexer in Elasticsearch 8.
//
// It takes documents whose text is analysed already and gives the same answers as
// the embedded backend: the mapping (mapping.json) splits text at spaces and does
// nothing else to it. Text fields lie under "t", exact ones under "x", numbers
// under "n", so that the kind of a field follows from its place and a new field
// needs no new mapping. What a document gives back, Source, is kept as one string:
// were it kept as the JSON it is, Elasticsearch would rewrite it, and it must come
// back byte for byte.
//
// There is one shard: it holds two thousand million documents, counts facets
// exactly, and scores every document by the same word frequencies.
//
// Writing is safe to repeat. Every operation carries its version
// (external_gte), so a request whose answer was lost is simply sent again; and
// every item of every answer is accounted for before Apply returns. The client's
// own retries are off, and its bulk indexer is not used: it does not retry a 429,
// counts a conflict as a failure and calls an unreadable answer no failure at all.
//
// The alias, named by Config.Index, is what is read and written; the index behind
// it is named for the version of the mapping, "polyglean-v4". Writes insist on the
// alias, so that Elasticsearch cannot create an index of its own devising in place
// of one that was deleted.
package elasticindex
