package refine

import (
	"fmt"
	"testing"
)

// BenchmarkRecommend is a principal with 20 policies of 40 actions each, and 60
// used ones.
func BenchmarkRecommend(b *testing.B) {
	cat := catalogue(b)
	var policies []Policy
	for p := range 20 {
		statement := `{"Effect":"Allow","Action":["ec2:Describe*","s3:Get*"`
		for i := range 38 {
			statement += fmt.Sprintf(",%q", cat.FullName((p*977+i*131)%len(cat.Actions())))
		}
		policies = append(policies, inline(fmt.Sprint("p", p), statement+`],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*","*"]}`))
	}
	events := "2026-05-01 ec2 DescribeInstances\n"
	s, _ := cat.Service("ec2")
	for i := range 60 {
		events += "2026-05-02 ec2 " + cat.Actions()[cat.Services()[s].First+i*3].Name + "\n"
	}
	in, facts := input(b, policies...), uses(events)
	for b.Loop() {
		if _, err := Recommend(in, facts); err != nil {
			b.Fatal(err)
		}
	}
}
