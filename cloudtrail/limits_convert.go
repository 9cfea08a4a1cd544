package cloudtrail

// The bounds of converted forms (envelope_fields.go, envelope_table.go).
const (
	// maxLineBytes bounds a line or row of text that is converted: it is held
	// whole, as in no other form.
	maxLineBytes = 16 << 20
	// maxFieldDepth and maxFieldPaths bound what is taken up of one of them.
	maxFieldDepth = 8
	maxFieldPaths = 10_000
)
