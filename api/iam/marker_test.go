package iam

import "testing"

func TestMarkers(t *testing.T) {
	const job = "00000000-0000-4000-8000-000000000001"
	ours := marker{servicesPage, job, 200}.String()
	if m, ok := parseMarker(ours); !ok || m != (marker{servicesPage, job, 200}) {
		t.Errorf("%q is read as %v, %v", ours, m, ok)
	}
	for name, s := range map[string]string{
		"cut short":  ours[:len(ours)-1],
		"lengthened": ours + "A",
		"changed":    "A" + ours[1:],
		"a word":     "invalid",
		"empty":      "",
		"padded":     ours + "=",
	} {
		if m, ok := parseMarker(s); ok {
			t.Errorf("%s: %q is read as %v", name, s, m)
		}
	}
}

func FuzzMarker(f *testing.F) {
	f.Add(marker{entitiesPage, "00000000-0000-4000-8000-000000000001", 7}.String())
	f.Add("invalid")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		m, ok := parseMarker(s)
		if ok && m.String() != s {
			t.Errorf("%q is read as %v, which is %q", s, m, m)
		}
		if checkMarker(&s) == nil && !ok {
			t.Errorf("%q is accepted but not read", s)
		}
	})
}
