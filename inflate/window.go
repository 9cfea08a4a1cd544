package inflate

// remember keeps the end of the text in out for matches in the text that
// follows.
func (z *Reader) remember() {
	if z.w >= window {
		copy(z.past[:], z.out[z.w-window:z.w])
		z.held = window
		return
	}
	keep := min(z.held, window-z.w)
	copy(z.past[window-z.w-keep:], z.past[window-keep:])
	copy(z.past[window-z.w:], z.out[:z.w])
	z.held = keep + z.w
}

// copyPast copies a match that begins before out, and reports whether there is
// as much text.
func (z *Reader) copyPast(distance, length int) bool {
	if distance > z.w+z.held {
		return false
	}
	from, to := window+z.w-distance, z.out[z.w:z.w+length]
	z.w += length
	n := copy(to, z.past[from:])
	for i := n; i < length; i++ { // it goes on at the beginning of out
		to[i] = z.out[i-n]
	}
	return true
}
