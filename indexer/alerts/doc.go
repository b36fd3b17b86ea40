// Package alerts tells people what is new for a saved search: studies that match for the
// first time, and of those they were told of, an abstract that has arrived, a change, a
// retraction. It tells by mail, by webhook and as an Atom feed, at once or once a day.
//
// The flow of one alert:
//
//		saved search (KV) ──▶ evaluate ──▶ ledger (log) ──▶ deliver ──▶ mail, webhook
//		                         ▲             │  │
//		                         └── told ─────┘  └──▶ Atom
//
//	 1. Evaluate runs the search whole and compares each study with the ledger, which knows
//	    of every record what was told of it. Study IDs join and split; record IDs are for
//	    ever. A study is new when no record of it was ever told by this alert.
//	 2. What is to be told is written to the ledger as a digest, before anything is sent, with
//	    the grounds and the texts of the message. The ledger takes an entry only from a writer
//	    that has read all others, so that two processes cannot tell the same.
//	 3. Deliver sends each digest to each address and notes in the ledger that it has. Between
//	    the two a crash can come: the same message is then sent again, with the same
//	    Message-ID or Idempotency-Key, by which mail programs and receivers know it.
//
// The first evaluation of an alert notes what matches and tells nothing, unless all was
// asked for. Nothing is evaluated while an index is made anew, nor while it has read less
// of the logs than it had at an evaluation before: an index that is half full would make
// copies of what was told look like studies of their own.
//
// Addresses are personal data. They are in the saved search, in KV, and nowhere else: the
// ledger names them by their place in the alert.
package alerts
