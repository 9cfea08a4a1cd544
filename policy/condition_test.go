package policy

import "testing"

// Every row is one condition line in an Allow statement of a 2012-10-17
// document: operator, values of the policy, values of the request (nil: the key
// is absent), and whether the line holds.
func TestConditionOperators(t *testing.T) {
	for name, c := range map[string]struct {
		operator  string
		want, got []string
		holds     bool
	}{
		"StringEquals, equal":                         {"StringEquals", []string{"a"}, []string{"a"}, true},
		"StringEquals, other case":                    {"StringEquals", []string{"a"}, []string{"A"}, false},
		"StringEquals, one of several":                {"StringEquals", []string{"a", "b"}, []string{"b"}, true},
		"StringEquals, a star is no wildcard":         {"StringEquals", []string{"a*"}, []string{"ab"}, false},
		"StringEquals, an escaped star":               {"StringEquals", []string{"a${*}"}, []string{"a*"}, true},
		"StringEquals, absent":                        {"StringEquals", []string{"a"}, nil, false},
		"StringEquals, no values in the policy":       {"StringEquals", []string{}, []string{"a"}, false},
		"StringEquals, empty value":                   {"StringEquals", []string{""}, []string{""}, true},
		"StringEquals, several in the request":        {"StringEquals", []string{"b"}, []string{"a", "b"}, true},
		"operator in other case":                      {"stringequals", []string{"a"}, []string{"a"}, true},
		"StringNotEquals, equal":                      {"StringNotEquals", []string{"a"}, []string{"a"}, false},
		"StringNotEquals, different":                  {"StringNotEquals", []string{"a"}, []string{"b"}, true},
		"StringNotEquals, one of several: NOR":        {"StringNotEquals", []string{"a", "b"}, []string{"b"}, false},
		"StringNotEquals, none of several":            {"StringNotEquals", []string{"a", "b"}, []string{"c"}, true},
		"StringNotEquals, absent":                     {"StringNotEquals", []string{"a"}, nil, true},
		"StringNotEquals, several in the request":     {"StringNotEquals", []string{"b"}, []string{"a", "b"}, false},
		"StringNotEquals, no values in the policy":    {"StringNotEquals", []string{}, []string{"a"}, true},
		"StringEqualsIgnoreCase":                      {"StringEqualsIgnoreCase", []string{"ALICE"}, []string{"alice"}, true},
		"StringEqualsIgnoreCase, different":           {"StringEqualsIgnoreCase", []string{"ALICE"}, []string{"bob"}, false},
		"StringNotEqualsIgnoreCase":                   {"StringNotEqualsIgnoreCase", []string{"ALICE"}, []string{"alice"}, false},
		"StringNotEqualsIgnoreCase, absent":           {"StringNotEqualsIgnoreCase", []string{"ALICE"}, nil, true},
		"StringLike, star":                            {"StringLike", []string{"home/*"}, []string{"home/a/b"}, true},
		"StringLike, question mark":                   {"StringLike", []string{"a?c"}, []string{"abc"}, true},
		"StringLike, other case":                      {"StringLike", []string{"Home/*"}, []string{"home/a"}, false},
		"StringLike, variable":                        {"StringLike", []string{"home/${aws:username}/*"}, []string{"home/alice/x"}, true},
		"StringLike, variable of another":             {"StringLike", []string{"home/${aws:username}/*"}, []string{"home/bob/x"}, false},
		"StringLike, absent variable":                 {"StringLike", []string{"${aws:SourceVpc}*"}, []string{"anything"}, false},
		"StringLike, absent variable beside another":  {"StringLike", []string{"${aws:SourceVpc}*", "any*"}, []string{"anything"}, true},
		"StringLike, escaped star":                    {"StringLike", []string{"${*}"}, []string{"x"}, false},
		"StringLike, absent":                          {"StringLike", []string{"*"}, nil, false},
		"StringNotLike":                               {"StringNotLike", []string{"a*"}, []string{"abc"}, false},
		"StringNotLike, none of several":              {"StringNotLike", []string{"a*", "b*"}, []string{"c"}, true},
		"StringNotLike, absent":                       {"StringNotLike", []string{"*"}, nil, true},
		"StringNotEquals, absent variable in Allow":   {"StringNotEquals", []string{"${aws:SourceVpc}"}, []string{"x"}, false},
		"StringEquals, variable with default":         {"StringEquals", []string{"${aws:SourceVpc, 'none'}"}, []string{"none"}, true},
		"NumericEquals":                               {"NumericEquals", []string{"10"}, []string{"10.0"}, true},
		"NumericEquals, exponent":                     {"NumericEquals", []string{"1e3"}, []string{"1000"}, true},
		"NumericEquals, more digits than a float has": {"NumericEquals", []string{"9007199254740993"}, []string{"9007199254740992"}, false},
		"NumericEquals, not a number in the request":  {"NumericEquals", []string{"10"}, []string{"ten"}, false},
		"NumericEquals, not a number in the policy":   {"NumericEquals", []string{"ten"}, []string{"10"}, false},
		"NumericEquals, leading zeros and plus":       {"NumericEquals", []string{"007"}, []string{"+7"}, true},
		"NumericEquals, huge exponent":                {"NumericEquals", []string{"1e999999999"}, []string{"1e999999999"}, false},
		"NumericEquals, hexadecimal":                  {"NumericEquals", []string{"0x10"}, []string{"16"}, false},
		"NumericEquals, fraction":                     {"NumericEquals", []string{"1/2"}, []string{"0.5"}, false},
		"NumericEquals, a variable is not replaced":   {"NumericEquals", []string{"${test:number}"}, []string{"5"}, false},
		"NumericNotEquals":                            {"NumericNotEquals", []string{"10"}, []string{"10"}, false},
		"NumericNotEquals, absent":                    {"NumericNotEquals", []string{"10"}, nil, true},
		"NumericLessThan":                             {"NumericLessThan", []string{"10"}, []string{"9.99"}, true},
		"NumericLessThan, equal":                      {"NumericLessThan", []string{"10"}, []string{"10"}, false},
		"NumericLessThan, negative":                   {"NumericLessThan", []string{"-1"}, []string{"-2"}, true},
		"NumericLessThanEquals":                       {"NumericLessThanEquals", []string{"10"}, []string{"10"}, true},
		"NumericLessThanEquals, greater":              {"NumericLessThanEquals", []string{"10"}, []string{"11"}, false},
		"NumericGreaterThan":                          {"NumericGreaterThan", []string{"10"}, []string{"100"}, true},
		"NumericGreaterThan, as text it would be":     {"NumericGreaterThan", []string{"10"}, []string{"9"}, false},
		"NumericGreaterThanEquals":                    {"NumericGreaterThanEquals", []string{"10"}, []string{"10"}, true},
		"NumericGreaterThanEquals, absent":            {"NumericGreaterThanEquals", []string{"10"}, nil, false},
		"DateEquals, same instant in other zones":     {"DateEquals", []string{"2026-06-01T12:00:00Z"}, []string{"2026-06-01T14:00:00+02:00"}, true},
		"DateEquals, epoch seconds":                   {"DateEquals", []string{"2026-06-01T12:00:00Z"}, []string{"1780315200"}, true},
		"DateEquals, a day is its midnight":           {"DateEquals", []string{"2026-06-01"}, []string{"2026-06-01T00:00:00Z"}, true},
		"DateEquals, compact form":                    {"DateEquals", []string{"20260601T120000Z"}, []string{"2026-06-01T12:00:00Z"}, true},
		"DateNotEquals":                               {"DateNotEquals", []string{"2026-06-01"}, []string{"2026-06-02"}, true},
		"DateLessThan":                                {"DateLessThan", []string{"2026-06-01T12:00:00Z"}, []string{"2026-06-01T11:59:59.5Z"}, true},
		"DateLessThan, year":                          {"DateLessThan", []string{"2026"}, []string{"2025-12-31T23:59:59Z"}, true},
		"DateLessThan, year and month":                {"DateLessThan", []string{"2026-06"}, []string{"2026-06-01"}, false},
		"DateLessThanEquals":                          {"DateLessThanEquals", []string{"2026-06-01T12:00Z"}, []string{"2026-06-01T12:00:00Z"}, true},
		"DateGreaterThan":                             {"DateGreaterThan", []string{"2020-01-01T00:00:01Z"}, []string{"2026-06-01T12:00:00Z"}, true},
		"DateGreaterThan, absent":                     {"DateGreaterThan", []string{"2020-01-01T00:00:01Z"}, nil, false},
		"DateGreaterThan, no date in the request":     {"DateGreaterThan", []string{"2020-01-01"}, []string{"yesterday"}, false},
		"DateGreaterThan, no date in the policy":      {"DateGreaterThan", []string{"yesterday"}, []string{"2020-01-01"}, false},
		"DateGreaterThanEquals":                       {"DateGreaterThanEquals", []string{"2026-06-01T12:00:00"}, []string{"2026-06-01T12:00:00Z"}, true},
		"Bool, true":                                  {"Bool", []string{"true"}, []string{"true"}, true},
		"Bool, other spelling":                        {"Bool", []string{"True"}, []string{"true"}, true},
		"Bool, false":                                 {"Bool", []string{"true"}, []string{"false"}, false},
		"Bool, both in the policy":                    {"Bool", []string{"true", "false"}, []string{"false"}, true},
		"Bool, absent":                                {"Bool", []string{"false"}, nil, false},
		"Bool, no boolean":                            {"Bool", []string{"yes"}, []string{"yes"}, false},
		"Bool, variable":                              {"Bool", []string{"${test:true}"}, []string{"true"}, true},
		"BoolIfExists, absent":                        {"BoolIfExists", []string{"true"}, nil, true},
		"BoolIfExists, false":                         {"BoolIfExists", []string{"true"}, []string{"false"}, false},
		"BinaryEquals":                                {"BinaryEquals", []string{"QmluYXJ5"}, []string{"QmluYXJ5"}, true},
		"BinaryEquals, other bytes":                   {"BinaryEquals", []string{"QmluYXJ5"}, []string{"QmluYXJ6"}, false},
		"BinaryEquals, no base64":                     {"BinaryEquals", []string{"!"}, []string{"!"}, false},
		"IpAddress, in the block":                     {"IpAddress", []string{"203.0.113.0/24"}, []string{"203.0.113.7"}, true},
		"IpAddress, outside":                          {"IpAddress", []string{"203.0.113.0/24"}, []string{"203.0.114.7"}, false},
		"IpAddress, single address":                   {"IpAddress", []string{"203.0.113.7"}, []string{"203.0.113.7"}, true},
		"IpAddress, block with host bits":             {"IpAddress", []string{"203.0.113.7/24"}, []string{"203.0.113.9"}, true},
		"IpAddress, version 6":                        {"IpAddress", []string{"2001:DB8:1234:5678::/64"}, []string{"2001:db8:1234:5678::1"}, true},
		"IpAddress, version 6 outside":                {"IpAddress", []string{"2001:db8:1234:5678::/64"}, []string{"2001:db8:1234:5679::1"}, false},
		"IpAddress, version 4 inside version 6":       {"IpAddress", []string{"203.0.113.0/24"}, []string{"::ffff:203.0.113.7"}, true},
		"IpAddress, one of several":                   {"IpAddress", []string{"2001:db8::/32", "203.0.113.0/24"}, []string{"203.0.113.7"}, true},
		"IpAddress, no address":                       {"IpAddress", []string{"0.0.0.0/0"}, []string{"localhost"}, false},
		"IpAddress, no block":                         {"IpAddress", []string{"203.0.113.*"}, []string{"203.0.113.7"}, false},
		"IpAddress, absent":                           {"IpAddress", []string{"0.0.0.0/0"}, nil, false},
		"NotIpAddress, outside":                       {"NotIpAddress", []string{"203.0.113.0/24"}, []string{"198.51.100.7"}, true},
		"NotIpAddress, inside one of several: NOR":    {"NotIpAddress", []string{"203.0.113.0/24", "198.51.100.0/24"}, []string{"198.51.100.7"}, false},
		"NotIpAddress, absent":                        {"NotIpAddress", []string{"203.0.113.0/24"}, nil, true},
		"NotIpAddressIfExists, absent":                {"NotIpAddressIfExists", []string{"203.0.113.0/24"}, nil, true},
		"ArnEquals":                                   {"ArnEquals", []string{"arn:aws:sns:us-east-1:111122223333:t"}, []string{"arn:aws:sns:us-east-1:111122223333:t"}, true},
		"ArnEquals has wildcards too":                 {"ArnEquals", []string{"arn:aws:sns:*:111122223333:t*"}, []string{"arn:aws:sns:us-east-1:111122223333:topic"}, true},
		"ArnLike, a star stays in its field":          {"ArnLike", []string{"arn:aws:someservice:*:111122223333:finance/*"}, []string{"arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"}, false},
		"StringLike, where ArnLike does not":          {"StringLike", []string{"arn:aws:someservice:*:111122223333:finance/*"}, []string{"arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"}, true},
		"ArnLike, colons in the last field":           {"ArnLike", []string{"arn:aws:logs:*:*:log-group:*"}, []string{"arn:aws:logs:us-east-1:111122223333:log-group:a:b"}, true},
		"ArnLike, case counts":                        {"ArnLike", []string{"arn:aws:iam::111122223333:user/Bob"}, []string{"arn:aws:iam::111122223333:user/bob"}, false},
		"ArnLike, no ARN in the request":              {"ArnLike", []string{"arn:aws:iam::111122223333:*"}, []string{"bob"}, false},
		"ArnLike, variable":                           {"ArnLike", []string{"arn:aws:iam::111122223333:user/${aws:username}"}, []string{"arn:aws:iam::111122223333:user/alice"}, true},
		"ArnNotEquals":                                {"ArnNotEquals", []string{"arn:aws:iam::111122223333:user/*"}, []string{"arn:aws:iam::111122223333:role/x"}, true},
		"ArnNotLike, fits":                            {"ArnNotLike", []string{"arn:aws:iam::111122223333:user/*"}, []string{"arn:aws:iam::111122223333:user/x"}, false},
		"ArnNotLike, absent":                          {"ArnNotLike", []string{"arn:aws:iam::111122223333:user/*"}, nil, true},
		"Null true, absent":                           {"Null", []string{"true"}, nil, true},
		"Null true, present":                          {"Null", []string{"true"}, []string{"x"}, false},
		"Null false, present":                         {"Null", []string{"false"}, []string{"x"}, true},
		"Null false, absent":                          {"Null", []string{"false"}, nil, false},
		"Null with both":                              {"Null", []string{"true", "false"}, nil, true},
		"Null with nonsense":                          {"Null", []string{"maybe"}, nil, false},
		"Null, key without values":                    {"Null", []string{"true"}, []string{}, true},
		"NullIfExists is no operator":                 {"NullIfExists", []string{"true"}, nil, false},
		"StringEqualsIfExists, absent":                {"StringEqualsIfExists", []string{"a"}, nil, true},
		"StringEqualsIfExists, different":             {"StringEqualsIfExists", []string{"a"}, []string{"b"}, false},
		"StringNotEqualsIfExists, absent":             {"StringNotEqualsIfExists", []string{"a"}, nil, true},
		"StringNotEqualsIfExists, equal":              {"StringNotEqualsIfExists", []string{"a"}, []string{"a"}, false},
		"NumericLessThanIfExists, absent":             {"NumericLessThanIfExists", []string{"3600"}, nil, true},
		"ForAllValues, all among them":                {"ForAllValues:StringEquals", []string{"a", "b"}, []string{"a", "b"}, true},
		"ForAllValues, one not among them":            {"ForAllValues:StringEquals", []string{"a", "b"}, []string{"a", "c"}, false},
		"ForAllValues, absent":                        {"ForAllValues:StringEquals", []string{"a"}, nil, true},
		"ForAllValues, no values":                     {"ForAllValues:StringEquals", []string{"a"}, []string{}, true},
		"ForAllValues, the empty string":              {"ForAllValues:StringEquals", []string{"a"}, []string{""}, true},
		"ForAllValues, the empty string and another":  {"ForAllValues:StringEquals", []string{"a"}, []string{"", "b", ""}, false},
		"ForAllValues negated, none among them":       {"ForAllValues:StringNotEquals", []string{"a", "b"}, []string{"c", "d"}, true},
		"ForAllValues negated, one among them":        {"ForAllValues:StringNotEquals", []string{"a", "b"}, []string{"c", "a"}, false},
		"ForAllValues negated, absent":                {"ForAllValues:StringNotLike", []string{"a"}, nil, true},
		"ForAllValues with IfExists, absent":          {"ForAllValues:StringLikeIfExists", []string{"a"}, nil, true},
		"ForAnyValue, one among them":                 {"ForAnyValue:StringEquals", []string{"a", "b"}, []string{"c", "b"}, true},
		"ForAnyValue, none among them":                {"ForAnyValue:StringEquals", []string{"a", "b"}, []string{"c"}, false},
		"ForAnyValue, absent":                         {"ForAnyValue:StringEquals", []string{"a"}, nil, false},
		"ForAnyValue, the empty string":               {"ForAnyValue:StringLike", []string{"*"}, []string{""}, false},
		"ForAnyValue with IfExists, absent":           {"ForAnyValue:StringEqualsIfExists", []string{"a"}, nil, true},
		"ForAnyValue negated, one not among them":     {"ForAnyValue:StringNotEquals", []string{"a"}, []string{"a", "b"}, true},
		"ForAnyValue negated, all among them":         {"ForAnyValue:StringNotEquals", []string{"a", "b"}, []string{"a", "b"}, false},
		"ForAnyValue negated, absent":                 {"ForAnyValue:StringNotEquals", []string{"a"}, nil, false},
		"ForAnyValue in other case":                   {"foranyvalue:stringlike", []string{"a*"}, []string{"ab"}, true},
		"ForAnyValue of numbers":                      {"ForAnyValue:NumericLessThan", []string{"5"}, []string{"9", "4"}, true},
		"an operator IAM does not have":               {"StringResembles", []string{"a"}, []string{"a"}, false},
		"a prefix IAM does not have":                  {"ForSomeValues:StringEquals", []string{"a"}, []string{"a"}, false},
		"two prefixes":                                {"ForAnyValue:ForAllValues:StringEquals", []string{"a"}, []string{"a"}, false},
		"a suffix alone":                              {"IfExists", []string{"a"}, []string{"a"}, false},
		"letters that fold outside ASCII":             {"\u017ftringEquals", []string{"a"}, []string{"a"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := allowedIf(Condition{c.operator, "test:key", c.want}, c.got); got != c.holds {
				t.Errorf("%s %q against %q: %v, want %v", c.operator, c.want, c.got, got, c.holds)
			}
		})
	}
}

// allowedIf reports whether an Allow with one condition applies to a request
// of alice with the given values of test:key.
func allowedIf(c Condition, values []string) bool {
	doc := &Document{Version: Version2012, Statements: []Statement{{Allow: true, Action: []string{"*"}, Resource: []string{"*"}, Condition: []Condition{c}}}}
	ctx := Context{"test:number": {"5"}, "test:true": {"true"}}
	if values != nil {
		ctx["Test:Key"] = values
	}
	return Evaluate(Request{Action: "s3:GetObject", Resource: "*", Caller: alice, Context: ctx}, Policies{Identity: []*Document{doc}}).Allowed
}

func TestAllConditionLinesMustHold(t *testing.T) {
	for text, want := range map[string]bool{
		`{"StringEquals":{"test:a":"1","test:b":"2"}}`:                   true,
		`{"StringEquals":{"test:a":"1","test:b":"x"}}`:                   false,
		`{"StringEquals":{"test:a":"1"},"Bool":{"test:c":true}}`:         true,
		`{"StringEquals":{"test:a":"1"},"Bool":{"test:c":false}}`:        false,
		`{"StringEquals":{"test:a":["0","1"]},"Null":{"test:d":"true"}}`: true,
		`{}`:                                   true,
		`{"StringEquals":{}}`:                  true,
		`{"StringEquals":{"TEST:A":"1"}}`:      true,
		`{"NumericEquals":{"test:a":[1.0,5]}}`: true,
	} {
		doc := mustParse(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":`+text+`}}`)
		got := Evaluate(Request{Action: "s3:GetObject", Resource: "*", Caller: alice,
			Context: Context{"test:a": {"1"}, "test:b": {"2"}, "test:c": {"true"}}}, Policies{Identity: []*Document{doc}})
		if got.Allowed != want {
			t.Errorf("%s: %v, want %v", text, got.Allowed, want)
		}
	}
}

// What cannot be judged never keeps a Deny from applying.
func TestConditionsOfDeny(t *testing.T) {
	for text, denied := range map[string]bool{
		`{"StringResembles":{"test:a":"1"}}`:                                   true,
		`{"StringResembles":{"test:a":"1"},"StringEquals":{"test:a":"other"}}`: false,
		`{"StringNotEquals":{"test:a":"${aws:SourceVpc}"}}`:                    true,
		`{"StringEquals":{"test:a":"${aws:SourceVpc}"}}`:                       false,
		`{"StringNotEquals":{"test:absent":"x"}}`:                              true,
		`{"StringEquals":{"test:absent":"x"}}`:                                 false,
		`{"StringNotEqualsIfExists":{"test:absent":"x"}}`:                      true,
		`{"NotIpAddress":{"test:a":"10.0.0.0/8"}}`:                             true,
		`{"Null":{"test:absent":true}}`:                                        true,
		`{"ForAllValues:StringEquals":{"test:absent":"x"}}`:                    true,
		`{"ForAnyValue:StringEquals":{"test:absent":"x"}}`:                     false,
		`{"NumericNotEquals":{"test:text":"5"}}`:                               true,
	} {
		doc := mustParse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":`+text+`}]}`)
		got := Evaluate(Request{Action: "s3:GetObject", Resource: "*", Caller: alice,
			Context: Context{"test:a": {"1"}, "test:text": {"five"}}}, Policies{Identity: []*Document{doc}})
		if got.Explicit != denied {
			t.Errorf("%s: denied %v, want %v", text, got.Explicit, denied)
		}
	}
}

func TestTableCoversTheOperators(t *testing.T) {
	if len(operators) != 27 {
		t.Errorf("%d operators, IAM has 27", len(operators))
	}
}

func BenchmarkEvaluate(b *testing.B) {
	doc, err := ParseString(large())
	if err != nil {
		b.Fatal(err)
	}
	req := Request{Action: "service59:DescribeThing11s", Resource: "arn:aws:service59:us-east-1:111122223333:thing/x", Caller: app,
		Context: Context{"aws:ResourceTag/team": {"red"}, "aws:PrincipalTag/team": {"red"}}}
	if !Evaluate(req, Policies{Identity: []*Document{doc}}).Allowed {
		b.Fatal("denied")
	}
	b.ReportAllocs()
	for b.Loop() {
		Evaluate(req, Policies{Identity: []*Document{doc}})
	}
}
