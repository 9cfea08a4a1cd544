package policy

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMatch(t *testing.T) {
	for name, c := range map[string]struct {
		pattern, s string
		want       bool
	}{
		"equal text":                           {"abc", "abc", true},
		"case counts":                          {"abc", "aBc", false},
		"empty pattern, empty text":            {"", "", true},
		"empty pattern fits nothing else":      {"", "a", false},
		"text longer than the pattern":         {"abc", "abcd", false},
		"text shorter than the pattern":        {"abcd", "abc", false},
		"star alone fits the empty text":       {"*", "", true},
		"star alone fits anything":             {"*", "arn:aws:s3:::b/k", true},
		"several stars are one":                {"a***b", "ab", true},
		"star in front":                        {"*b", "aab", true},
		"star at the end fits nothing more":    {"ab*", "ab", true},
		"star over colons and slashes":         {"arn:*/x", "arn:aws:s3:::b/k/x", true},
		"question mark needs a character":      {"a?", "a", false},
		"question mark fits one character":     {"a?c", "abc", true},
		"question mark fits no two":            {"a?c", "abbc", false},
		"question mark fits a whole ü":         {"f?r", "für", true},
		"two question marks need two":          {"f??r", "für", false},
		"star, then more question marks":       {"*??", "€", false},
		"back to the last star":                {"*ab*ac", "abxabac", true},
		"the last star is not enough":          {"a*b*c", "axxbxx", false},
		"star then literal at the very end":    {"*.txt", "a.txt.txt", true},
		"a star in the text is ordinary":       {"a?b", "a*b", true},
		"variable syntax is ordinary":          {"${aws:username}", "${aws:username}", true},
		"byte that marks a literal star":       {"a\xfeb", "a*b", false},
		"pattern of stars and question marks":  {"?*?*?", "ab", false},
		"pattern of stars and question marks2": {"?*?*?", "abc", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Match(c.pattern, c.s); got != c.want {
				t.Errorf("Match(%q, %q) = %v, want %v", c.pattern, c.s, got, c.want)
			}
		})
	}
}

func TestMatchFold(t *testing.T) {
	for name, c := range map[string]struct {
		pattern, s string
		want       bool
	}{
		"upper case pattern":           {"S3:GETOBJECT", "s3:GetObject", true},
		"with a star":                  {"s3:get*", "S3:GetObject", true},
		"another action":               {"s3:Get*", "s3:PutObject", false},
		"everything":                   {"*", "s3:PutObject", true},
		"any namespace":                {"*:*", "s3:PutObject", true},
		"only ASCII folds: long s":     {"\u017f3:getobject", "s3:getobject", false},
		"characters beside letters":    {"a[", "A{", false},
		"characters beside letters, @": {"a`", "a@", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := MatchFold(c.pattern, c.s); got != c.want {
				t.Errorf("MatchFold(%q, %q) = %v, want %v", c.pattern, c.s, got, c.want)
			}
		})
	}
}

// The pattern that makes recursive matchers explode must end.
func TestMatchIsNotExponential(t *testing.T) {
	if Match(strings.Repeat("*a", 1000)+"b", strings.Repeat("a", 20_000)) {
		t.Error("matched")
	}
}

// expression says the same as a pattern in another language.
func expression(pattern, flags string) *regexp.Regexp {
	var b strings.Builder
	for _, r := range pattern {
		switch r {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile("^(?" + flags + ":" + b.String() + ")$")
}

func FuzzMatch(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("*??", "€")
	f.Add("arn:aws:s3:::b*/*", "arn:aws:s3:::bucket/key")
	f.Add("*a*a*a*b", "aaaaaaaaaaaaaaaaaa")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 200 || len(s) > 1000 || !utf8.ValidString(pattern) || !utf8.ValidString(s) {
			return
		}
		if got, want := Match(pattern, s), expression(pattern, "s").MatchString(s); got != want {
			t.Errorf("Match(%q, %q) = %v, a regular expression says %v", pattern, s, got, want)
		}
		if !ascii(pattern) || !ascii(s) {
			return // a regular expression folds more than ASCII
		}
		if got, want := MatchFold(pattern, s), expression(pattern, "is").MatchString(s); got != want {
			t.Errorf("MatchFold(%q, %q) = %v, a regular expression says %v", pattern, s, got, want)
		}
	})
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

func BenchmarkMatch(b *testing.B) {
	for name, c := range map[string][2]string{
		"literal":  {"arn:aws:iam::111122223333:user/dev/bob", "arn:aws:iam::111122223333:user/dev/bob"},
		"prefix":   {"arn:aws:s3:::bucket-a/*", "arn:aws:s3:::bucket-a/some/long/key/name.txt"},
		"two":      {"arn:aws:s3:::*/name.*", "arn:aws:s3:::bucket-a/some/long/key/name.txt"},
		"mismatch": {"arn:aws:s3:::bucket-b/*", "arn:aws:s3:::bucket-a/some/long/key/name.txt"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Match(c[0], c[1])
			}
		})
	}
	b.Run("fold", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			MatchFold("s3:get*acl", "s3:GetObjectVersionAcl")
		}
	})
}
