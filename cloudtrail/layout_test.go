package cloudtrail

import "testing"

func TestKeys(t *testing.T) {
	const file = "111122223333_CloudTrail_eu-west-1_20260531T0805Z_Mu0KsOhtH1ar15ZZ.json.gz"
	const taken = "111122223333 eu-west-1 2026-05-31"
	for key, want := range map[string]string{
		"AWSLogs/o-exampleorg1/111122223333/CloudTrail/eu-west-1/2026/05/31/" + file:                                                                taken,
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/" + file:                                                                              taken,
		"some/prefix/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/a.json.gz":                                                                taken,
		"AWSLogs/999999999999/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/a.json.gz":                                                       taken,
		"o-prefix/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/x=y z.json.gz":                                                               taken,
		"/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/a.json.gz":                                                                           taken,
		"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/05/31/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260531T080500Z.json.gz": "digest file",
		"AWSLogs/o-exampleorg1/111122223333/CloudTrail-Digest/eu-west-1/2026/05/31/a.json.gz":                                                       "digest file",
		"AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/05/31/a.json.gz":                                                                    "Insights events",
		"AWSLogs/111122223333/CloudTrailNetworkActivity/eu-west-1/2026/05/31/a.json.gz":                                                             "network activity events",
		"AWSLogs/111122223333/CloudTrail-Aggregated/eu-west-1/2026/05/31/a.json.gz":                                                                 "aggregated events",
		"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/a.json.gz":                                                                                "digest file",
		"AWSLogs/111122223333/CloudTrail/":                                                                                                          "no CloudTrail log file",
		"AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/05/31/a.json.gz":                                                                           "no CloudTrail log file",
		"AWSLogs/111122223333/Config/eu-west-1/2026/5/31/ConfigHistory/a.json.gz":                                                                   "no CloudTrail log file",
		"xAWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/a.json.gz":                                                                           "no CloudTrail log file",
		"AWSLogs/O-EXAMPLE/111122223333/CloudTrail/eu-west-1/2026/05/31/a.json.gz":                                                                  "no CloudTrail log file",
		"AWSLogs/o-/111122223333/CloudTrail/eu-west-1/2026/05/31/a.json.gz":                                                                         "no CloudTrail log file",
		"AWSLogs/x/111122223333/CloudTrail/eu-west-1/2026/05/31/a.json.gz":                                                                          "no CloudTrail log file",
		"AWSLogs/11112222333/CloudTrail/eu-west-1/2026/05/31/a.json.gz":                                                                             "no CloudTrail log file",
		"AWSLogs/111122223333/CloudTrail/EU-west-1/2026/05/31/a.json.gz":                                                                            "no CloudTrail log file",
		"AWSLogs/111122223333/CloudTrail//2026/05/31/a.json.gz":                                                                                     "no CloudTrail log file",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/5/31/a.json.gz":                                                                             "no CloudTrail log file",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/13/31/a.json.gz":                                                                            "no CloudTrail log file",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/02/30/a.json.gz":                                                                            "no CloudTrail log file",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/.json.gz":                                                                             "no CloudTrail log file",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/a.json":                                                                               "no CloudTrail log file",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/31/b/a.json.gz":                                                                          "no CloudTrail log file",
		"CloudTrail/eu-west-1/2026/05/31/a.json.gz":                                                                                                 "no CloudTrail log file",
		"":         "no CloudTrail log file",
		"////////": "no CloudTrail log file",
	} {
		t.Run(key, func(t *testing.T) {
			account, region, day, ok := ParseKey(key)
			got := SkipReason(key)
			if ok {
				got = account + " " + region + " " + day.Format("2006-01-02")
			}
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add("AWSLogs/o-exampleorg1/111122223333/CloudTrail/eu-west-1/2026/05/31/a.json.gz")
	f.Add("p/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/05/31/a.json.gz")
	f.Add("AWSLogs//")
	f.Fuzz(func(t *testing.T, key string) {
		account, region, day, ok := ParseKey(key)
		if ok && (len(account) != 12 || region == "" || day.IsZero()) || !ok && SkipReason(key) == "" {
			t.Errorf("%q: %q %q %v %v", key, account, region, day, ok)
		}
	})
}
