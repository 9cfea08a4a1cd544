package policy

// IsNumber reports whether a context value can be compared as a number.
func IsNumber(value string) bool { return number(value) != nil }

// IsDate reports whether a context value can be compared as a date.
func IsDate(value string) bool {
	_, ok := parseDate(value)
	return ok
}
