package inflate

// Portable makes the Reader use only the code that every processor has.
func (z *Reader) Portable() *Reader {
	z.portable = true
	return z
}
