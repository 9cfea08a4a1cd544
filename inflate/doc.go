// Package inflate decompresses gzip streams (RFC 1952, RFC 1951) with little
// more processor time than the fastest C library needs.
//
// It exists because decompressing is most of the work of reading logs, and the
// libraries there are cost two to three times as much. What makes it fast:
//
//   - two-level code tables whose entries hold all that is known of a symbol,
//     so that most symbols cost one look-up (table.go);
//   - a 64-bit buffer that is refilled without a branch (decode.go);
//   - output that is written where the caller wants it: of what was delivered
//     before, only the last 32 KiB are copied aside (window.go).
//
// It is safe Go but for the inner loop on amd64 processors (decode_amd64.s),
// whose bounds are argued there and which has a portable twin (decode.go): a
// damaged stream can give an error, never a wrong access. The checksum and
// length of every member are compared. What compress/gzip accepts is accepted
// and gives the same bytes, by either loop, which the fuzz test holds.
package inflate
