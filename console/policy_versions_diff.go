package console

import (
	"slices"
	"strings"
)

// diffLine is a line of two texts that are compared.
type diffLine struct {
	Old, New int    // its number in each text, from 1; 0: it is not in it
	Change   string // lineAdded, lineRemoved, or empty: it is in both
	Text     string
}

// What happened to a line.
const (
	lineAdded   = "added"
	lineRemoved = "removed"
)

// documentDiff is the lines of two documents. The comma after a member of a list
// is no change of the member.
func documentDiff(from, to string) []diffLine {
	a, b := strings.Split(from, "\n"), strings.Split(to, "\n")
	lines := diff(withoutCommas(a), withoutCommas(b))
	for i := range lines {
		if l := &lines[i]; l.New > 0 {
			l.Text = b[l.New-1]
		} else {
			l.Text = a[l.Old-1]
		}
	}
	return lines
}

// diff is the lines of two texts, with as few changes as can be. Texts that are
// too long for that are changed as a whole where they differ.
func diff(from, to string) []diffLine {
	a, b := strings.Split(from, "\n"), strings.Split(to, "\n")
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var out []diffLine
	for i, text := range a[:start] {
		out = append(out, diffLine{i + 1, i + 1, "", text})
	}
	out = append(out, changes(a[start:len(a)-end], b[start:len(b)-end], start)...)
	for i := range end {
		x, y := len(a)-end+i, len(b)-end+i
		out = append(out, diffLine{x + 1, y + 1, "", a[x]})
	}
	return out
}

// changes compares the middle of two texts, which begins at a line of both.
func changes(a, b []string, start int) (out []diffLine) {
	longest := common(a, b)
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case longest != nil && i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, diffLine{start + i + 1, start + j + 1, "", a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || longest == nil || longest[i+1][j] >= longest[i][j+1]):
			out = append(out, diffLine{start + i + 1, 0, lineRemoved, a[i]})
			i++
		default:
			out = append(out, diffLine{0, start + j + 1, lineAdded, b[j]})
			j++
		}
	}
	return out
}

// common is how many lines a[i:] and b[j:] have in common in one order, or nil
// where that is too much work.
func common(a, b []string) [][]int32 {
	if (len(a)+1)*(len(b)+1) > maxDiffCells {
		return nil
	}
	cells := make([]int32, (len(a)+1)*(len(b)+1))
	rows := slices.Collect(slices.Chunk(cells, len(b)+1))
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				rows[i][j] = rows[i+1][j+1] + 1
			} else {
				rows[i][j] = max(rows[i+1][j], rows[i][j+1])
			}
		}
	}
	return rows
}
