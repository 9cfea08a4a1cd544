// Package console is the web pages of a server: server-rendered, embedded in
// the program, without a build step and without any script. Who signs in with
// an access key of this server finds the Last accessed tab of users, groups,
// roles and policies as AWS's own console has it.
//
// The console is one more client of the API. It imports neither the store nor
// the packages of the API: each page signs requests with the key of who is
// signed in and hands them to the server's own handler in this process
// (call.go). So decoding, guard, encoding, access log and request limits are
// the real ones, a page can show nothing that the AWS CLI would not show to the
// same key, and conditions on source address or TLS see the browser's own. What
// it costs, a signature and some XML, is microseconds beside the operation.
//
// Pages that change policies or findings call the operation that the AWS CLI
// would, and show what it said where it refused. Of a mirror of AWS, which no
// page can change, they offer no change (Config.Mirror).
//
// From the bottom up: limits.go, session.go (who is signed in, kept in memory
// only), gate.go (headers, origin and token of every request), call.go, query.go,
// rest.go and json.go (the three protocols), pages.go (the list of pages), and a file per
// page with its template.
package console
