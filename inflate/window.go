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
	for ; length > 0; length-- {
		if distance > z.w {
			z.out[z.w] = z.past[window+z.w-distance]
		} else {
			z.out[z.w] = z.out[z.w-distance]
		}
		z.w++
	}
	return true
}
