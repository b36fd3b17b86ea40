// Package backup copies the streams of a review, which are all there is of it that
// cannot be made again, into one file, and a file into empty streams.
//
// A backup is a tar archive, in which tar, zstd, sha256sum and jq find their way
// without this program:
//
//	backup.json                      a Head: format, program, time
//	KV_RUNS/000001.jsonl.zst …       the run ledger and the cursors
//	DECISIONS/000001.jsonl.zst …     and so on: the messages of the streams, in parts
//	manifest.json                    a Manifest: where each stream ended, how far the
//	                                 stages had come, size and SHA-256 of each file
//	manifest.json.sha256             its own SHA-256
//
// A line of a part is a message: its position in the stream, time, subject, headers,
// and its body, as "text" where it is UTF-8 and otherwise as "data" in base64. Bodies
// of candidates and classified records are compressed (header Polyglean-Encoding: s2,
// the block format of S2).
//
// The streams may be written to while they are copied. The cursors are copied first;
// then it is noted where the other streams end, in the order of stream.Whole, and each
// is copied up to there: the copy never has a cursor without the candidates it passed,
// nor a decision without the records it is about. Memory does not grow with the logs.
//
// A restore reads the file twice: all digests are compared before anything is written.
// Positions stay what they were, also where messages are missing between them, since
// studies refer to them. The times of messages become those of the restore; nothing
// refers to those.
package backup
