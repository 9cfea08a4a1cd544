package console

import "strings"

// diffRow is a line of two documents side by side. Change is a word, so that it
// needs no colour: removed, added, changed, or empty for what stays.
type diffRow struct{ Old, Change, New string }

// sideBySide puts two documents side by side, line by line. The comma after a
// member of a list is no change of the member.
func sideBySide(before, after string) (rows []diffRow) {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	var gone, come []string
	flush := func() {
		rows = append(rows, beside(gone, come)...)
		gone, come = nil, nil
	}
	for _, l := range diff(withoutCommas(a), withoutCommas(b)) {
		switch l.Change {
		case lineRemoved:
			gone = append(gone, a[l.Old-1])
		case lineAdded:
			come = append(come, b[l.New-1])
		default:
			flush()
			rows = append(rows, diffRow{a[l.Old-1], "", b[l.New-1]})
		}
	}
	flush()
	return rows
}

func withoutCommas(lines []string) string {
	text := make([]string, len(lines))
	for i, line := range lines {
		text[i] = strings.TrimSuffix(line, ",")
	}
	return strings.Join(text, "\n")
}

// beside puts lines that all differ side by side.
func beside(a, b []string) (rows []diffRow) {
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			rows = append(rows, diffRow{"", lineAdded, b[i]})
		case i >= len(b):
			rows = append(rows, diffRow{a[i], lineRemoved, ""})
		default:
			rows = append(rows, diffRow{a[i], "changed", b[i]})
		}
	}
	return rows
}
