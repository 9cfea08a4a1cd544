// Package cloudtrail reads AWS CloudTrail logs: it finds the records in any of
// the envelopes they come in, and says what each record is evidence of.
//
// Source: docs/spec/cloudtrail.md; the marks CT-n and LA-n are its rules.
//
// From the bottom up:
//
//	lexer.go, text.go, skip.go   bytes to tokens: a window over the text, strings, values passed over by structure
//	intern.go, memo.go           what repeats is kept once, within bounds
//	record.go, member.go         the record, and which keys of it are read
//	tokens*.go, quick.go         a record read by its tokens, which vector instructions find
//	form*.go, learn.go           a record whose form was seen before, read by comparing
//	envelope_*.go                where records are found: one file an envelope
//	strange.go, split.go         records in other forms: which, and taking their values one by one
//	scan.go                      the loop over a whole text, and what to do when it breaks
//	attempt.go, principal.go …   from a record to attempts: sections 2, 3 and 5 of the specification
//	role.go, session.go          the roles that a call hands over, and whose session made it
//	layout.go                    the names of log files in a bucket
//
// The scanner holds one window of the text and never a whole record, so a
// record, a value or a nesting of any size costs no memory. It reads the JSON
// grammar completely, also where it only passes over: a text that encoding/json
// accepts is read the same way, which the fuzz test holds against a decoder
// built on encoding/json. It is lenient in two places where the structure stays
// clear, because evidence must not be lost to a field nobody needs: control
// characters and unknown escapes inside strings that are passed over.
package cloudtrail
