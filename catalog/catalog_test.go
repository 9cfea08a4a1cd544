package catalog

import (
	"testing"
)

func embedded(t testing.TB) *Catalog {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		embedded(b)
	}
}

func BenchmarkResolve(b *testing.B) {
	c := embedded(b)
	for name, fact := range map[string][2]string{
		"action":    {"ec2.amazonaws.com", "DescribeInstances"},
		"operation": {"s3.amazonaws.com", "ListBuckets"},
		"version":   {"lambda.amazonaws.com", "GetFunction20150331v2"},
		"unknown":   {"s3.amazonaws.com", "GetStorageLensDashboardDataInternal"},
		"suffix":    {"autoscaling.amazonaws.com", "PutScalingPolicy#ecs"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Resolve(fact[0], fact[1])
			}
		})
	}
}
