package policy

import "testing"

// operatorRow is one condition line: the operator, the policy's values as JSON,
// the request's values (none: the key is absent), and whether it holds.
type operatorRow struct {
	is, operator, want string
	got                []string
	holds              bool
}

// of are cases of a condition line: in an Allow it allows when it holds, in a
// Deny beside an Allow of everything it denies then.
func of(rows ...operatorRow) (cases []evaluated) {
	const all = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	for _, r := range rows {
		condition := `"Action":"*","Resource":"*","Condition":{"` + r.operator + `":{"test:key":` + r.want + `}}}`
		allow := statement(r.operator+", "+r.is, `{"Effect":"Allow",`+condition, "s3:GetObject *", implicit)
		deny := statement(r.operator+", "+r.is+", in a Deny", all+`,{"Effect":"Deny",`+condition, "s3:GetObject *", yes)
		if r.holds {
			allow.want, deny.want = yes, explicit
		}
		for _, c := range []evaluated{allow, deny} {
			if r.got != nil {
				c.ctx = Context{"Test:Key": r.got}
			}
			cases = append(cases, c)
		}
	}
	return cases
}

// operatorGroups are the condition operators. Every case stands twice, in an
// Allow and in a Deny.
func operatorGroups() []group {
	const page = "reference_policies_elements_condition_operators.html#"
	one := func(v string) []string { return []string{v} }
	return []group{
		{"String operators", page + "Conditions_String", of(
			operatorRow{"equal", "StringEquals", `"a"`, one("a"), true},
			operatorRow{"case counts", "StringEquals", `"a"`, one("A"), false},
			operatorRow{"a longer value", "StringEquals", `"a"`, one("ab"), false},
			operatorRow{"no wildcards", "StringEquals", `"a*"`, one("ab"), false},
			operatorRow{"a star itself", "StringEquals", `"a*"`, one("a*"), true},
			operatorRow{"second of two", "StringEquals", `["a","b"]`, one("b"), true},
			operatorRow{"absent", "StringEquals", `"a"`, nil, false},
			operatorRow{"the empty value", "StringEquals", `""`, one(""), true},
			operatorRow{"equal", "StringNotEquals", `"a"`, one("a"), false},
			operatorRow{"different", "StringNotEquals", `"a"`, one("b"), true},
			operatorRow{"other case is different", "StringNotEquals", `"a"`, one("A"), true},
			operatorRow{"second of two", "StringNotEquals", `["a","b"]`, one("b"), false},
			operatorRow{"absent", "StringNotEquals", `"a"`, nil, true},
			operatorRow{"other case", "StringEqualsIgnoreCase", `"alice"`, one("ALICE"), true},
			operatorRow{"different", "StringEqualsIgnoreCase", `"alice"`, one("bob"), false},
			operatorRow{"absent", "StringEqualsIgnoreCase", `"alice"`, nil, false},
			operatorRow{"other case", "StringNotEqualsIgnoreCase", `"alice"`, one("ALICE"), false},
			operatorRow{"different", "StringNotEqualsIgnoreCase", `"alice"`, one("bob"), true},
			operatorRow{"absent", "StringNotEqualsIgnoreCase", `"alice"`, nil, true},
			operatorRow{"a star", "StringLike", `"a*c"`, one("abbc"), true},
			operatorRow{"a star for nothing", "StringLike", `"a*c"`, one("ac"), true},
			operatorRow{"a question mark", "StringLike", `"a?c"`, one("abc"), true},
			operatorRow{"a question mark is one", "StringLike", `"a?c"`, one("abbc"), false},
			operatorRow{"case counts", "StringLike", `"a*"`, one("Abc"), false},
			operatorRow{"a star does not stand for absence", "StringLike", `"*"`, nil, false},
			operatorRow{"a star", "StringNotLike", `"a*"`, one("abc"), false},
			operatorRow{"different", "StringNotLike", `"a*"`, one("xbc"), true},
			operatorRow{"absent", "StringNotLike", `"a*"`, nil, true},
		)},
		{"Numeric operators", page + "Conditions_Numeric", of(
			operatorRow{"equal", "NumericEquals", `"10"`, one("10"), true},
			operatorRow{"written as a number", "NumericEquals", `10`, one("10"), true},
			operatorRow{"the same in other words", "NumericEquals", `"10"`, one("10.0"), true},
			operatorRow{"different", "NumericEquals", `"10"`, one("11"), false},
			operatorRow{"one of two", "NumericEquals", `["10","11"]`, one("11"), true},
			operatorRow{"no number", "NumericEquals", `"10"`, one("ten"), false},
			operatorRow{"absent", "NumericEquals", `"10"`, nil, false},
			operatorRow{"equal", "NumericNotEquals", `"10"`, one("10"), false},
			operatorRow{"different", "NumericNotEquals", `"10"`, one("11"), true},
			operatorRow{"absent", "NumericNotEquals", `"10"`, nil, true},
			operatorRow{"less", "NumericLessThan", `"10"`, one("9"), true},
			operatorRow{"by number, not by text", "NumericLessThan", `"10"`, one("100"), false},
			operatorRow{"equal", "NumericLessThan", `"10"`, one("10"), false},
			operatorRow{"absent", "NumericLessThan", `"10"`, nil, false},
			operatorRow{"equal", "NumericLessThanEquals", `"10"`, one("10"), true},
			operatorRow{"more", "NumericLessThanEquals", `"10"`, one("10.1"), false},
			operatorRow{"more", "NumericGreaterThan", `"10"`, one("10.1"), true},
			operatorRow{"equal", "NumericGreaterThan", `"10"`, one("10"), false},
			operatorRow{"below zero", "NumericGreaterThan", `"-2"`, one("-1"), true},
			operatorRow{"equal", "NumericGreaterThanEquals", `"10"`, one("10"), true},
			operatorRow{"less", "NumericGreaterThanEquals", `"10"`, one("9.9"), false},
			operatorRow{"absent", "NumericGreaterThanEquals", `"10"`, nil, false},
		)},
		{"Date operators", page + "Conditions_Date", of(
			operatorRow{"equal", "DateEquals", `"2020-01-01T00:00:00Z"`, one("2020-01-01T00:00:00Z"), true},
			operatorRow{"the same in another zone", "DateEquals", `"2020-01-01T00:00:00Z"`, one("2020-01-01T02:00:00+02:00"), true},
			operatorRow{"the same in seconds", "DateEquals", `"2020-01-01T00:00:00Z"`, one("1577836800"), true},
			operatorRow{"seconds in the policy", "DateEquals", `1577836800`, one("2020-01-01T00:00:00Z"), true},
			operatorRow{"a day is its midnight", "DateEquals", `"2020-01-01"`, one("2020-01-01T00:00:00Z"), true},
			operatorRow{"different", "DateEquals", `"2020-01-01T00:00:00Z"`, one("2020-01-01T00:00:01Z"), false},
			operatorRow{"absent", "DateEquals", `"2020-01-01T00:00:00Z"`, nil, false},
			operatorRow{"equal", "DateNotEquals", `"2020-01-01T00:00:00Z"`, one("2020-01-01T00:00:00Z"), false},
			operatorRow{"different", "DateNotEquals", `"2020-01-01T00:00:00Z"`, one("2021-01-01T00:00:00Z"), true},
			operatorRow{"absent", "DateNotEquals", `"2020-01-01T00:00:00Z"`, nil, true},
			operatorRow{"before", "DateLessThan", `"2020-01-01T00:00:00Z"`, one("2019-12-31T23:59:59Z"), true},
			operatorRow{"at", "DateLessThan", `"2020-01-01T00:00:00Z"`, one("2020-01-01T00:00:00Z"), false},
			operatorRow{"at", "DateLessThanEquals", `"2020-01-01T00:00:00Z"`, one("2020-01-01T00:00:00Z"), true},
			operatorRow{"after", "DateLessThanEquals", `"2020-01-01T00:00:00Z"`, one("2020-01-02T00:00:00Z"), false},
			operatorRow{"after", "DateGreaterThan", `"2020-01-01T00:00:00Z"`, one("2026-06-01T12:00:00Z"), true},
			operatorRow{"at", "DateGreaterThan", `"2020-01-01T00:00:00Z"`, one("2020-01-01T00:00:00Z"), false},
			operatorRow{"at", "DateGreaterThanEquals", `"2020-01-01T00:00:00Z"`, one("2020-01-01T00:00:00Z"), true},
			operatorRow{"before", "DateGreaterThanEquals", `"2020-01-01T00:00:00Z"`, one("2019-01-01T00:00:00Z"), false},
			operatorRow{"absent", "DateGreaterThanEquals", `"2020-01-01T00:00:00Z"`, nil, false},
		)},
		{"Boolean operator", page + "Conditions_Boolean", of(
			operatorRow{"true", "Bool", `"true"`, one("true"), true},
			operatorRow{"written without quotation marks", "Bool", `true`, one("true"), true},
			operatorRow{"false is not true", "Bool", `"true"`, one("false"), false},
			operatorRow{"false", "Bool", `"false"`, one("false"), true},
			operatorRow{"absent is not false", "Bool", `"false"`, nil, false},
		)},
		{"Binary operator", page + "Conditions_BinaryEquals", of(
			operatorRow{"equal", "BinaryEquals", `"QmluYXJ5VmFsdWVJbkJhc2U2NA=="`, one("QmluYXJ5VmFsdWVJbkJhc2U2NA=="), true},
			operatorRow{"different", "BinaryEquals", `"QmluYXJ5VmFsdWVJbkJhc2U2NA=="`, one("QmluYXJ5"), false},
			operatorRow{"absent", "BinaryEquals", `"QmluYXJ5"`, nil, false},
		)},
		{"IP address operators", page + "Conditions_IPAddress", of(
			operatorRow{"in the block", "IpAddress", `"203.0.113.0/24"`, one("203.0.113.77"), true},
			operatorRow{"the last of the block", "IpAddress", `"203.0.113.0/24"`, one("203.0.113.255"), true},
			operatorRow{"beyond the block", "IpAddress", `"203.0.113.0/24"`, one("203.0.114.0"), false},
			operatorRow{"a single address", "IpAddress", `"203.0.113.77"`, one("203.0.113.77"), true},
			operatorRow{"another single address", "IpAddress", `"203.0.113.77"`, one("203.0.113.78"), false},
			operatorRow{"a block of version 6", "IpAddress", `"2001:DB8:1234:5678::/64"`, one("2001:db8:1234:5678:9abc::1"), true},
			operatorRow{"outside a block of version 6", "IpAddress", `"2001:DB8:1234:5678::/64"`, one("2001:db8:1234:5679::1"), false},
			operatorRow{"both versions in the policy", "IpAddress", `["203.0.113.0/24","2001:DB8:1234:5678::/64"]`, one("2001:DB8:1234:5678::1"), true},
			operatorRow{"a version 4 block has no version 6 addresses", "IpAddress", `"0.0.0.0/0"`, one("2001:db8::1"), false},
			operatorRow{"absent", "IpAddress", `"0.0.0.0/0"`, nil, false},
			operatorRow{"in the block", "NotIpAddress", `"203.0.113.0/24"`, one("203.0.113.77"), false},
			operatorRow{"outside", "NotIpAddress", `"203.0.113.0/24"`, one("198.51.100.1"), true},
			operatorRow{"in one of two", "NotIpAddress", `["192.0.2.0/24","203.0.113.0/24"]`, one("203.0.113.143"), false},
			operatorRow{"absent", "NotIpAddress", `"203.0.113.0/24"`, nil, true},
		)},
		{"ARN operators", page + "Conditions_ARN", of(
			operatorRow{"equal", "ArnEquals", `"arn:aws:sns:us-east-1:111122223333:t"`, one("arn:aws:sns:us-east-1:111122223333:t"), true},
			operatorRow{"has wildcards", "ArnEquals", `"arn:aws:sns:*:111122223333:t*"`, one("arn:aws:sns:us-east-1:111122223333:topic"), true},
			operatorRow{"different", "ArnEquals", `"arn:aws:sns:us-east-1:111122223333:t"`, one("arn:aws:sns:us-east-2:111122223333:t"), false},
			operatorRow{"absent", "ArnEquals", `"arn:aws:sns:us-east-1:111122223333:t"`, nil, false},
			operatorRow{"different", "ArnNotEquals", `"arn:aws:sns:us-east-1:111122223333:t"`, one("arn:aws:sns:us-east-2:111122223333:t"), true},
			operatorRow{"has wildcards", "ArnNotEquals", `"arn:aws:sns:*:111122223333:t"`, one("arn:aws:sns:us-east-2:111122223333:t"), false},
			operatorRow{"a star in each field", "ArnLike", `"arn:aws:*:*:111122223333:*"`, one("arn:aws:sqs:us-east-1:111122223333:q"), true},
			operatorRow{"a star does not reach into the next field", "ArnLike", `"arn:aws:cloudtrail:*:111122223333:trail/*"`, one("arn:aws:cloudtrail:us-east-1:999999999999:trail/arn:aws:cloudtrail:x:111122223333:trail/y"), false},
			operatorRow{"the last field has slashes and colons", "ArnLike", `"arn:aws:logs:us-east-1:111122223333:log-group:*"`, one("arn:aws:logs:us-east-1:111122223333:log-group:/a/b:log-stream:c"), true},
			operatorRow{"a question mark", "ArnLike", `"arn:aws:sns:us-east-?:111122223333:t"`, one("arn:aws:sns:us-east-2:111122223333:t"), true},
			operatorRow{"no ARN", "ArnLike", `"arn:aws:sns:*:111122223333:*"`, one("topic"), false},
			operatorRow{"one of two", "ArnLike", `["arn:aws:sns:*:1:*","arn:aws:sqs:*:*:*"]`, one("arn:aws:sqs:us-east-1:111122223333:q"), true},
			operatorRow{"fits", "ArnNotLike", `"arn:aws:iam::111122223333:role/*"`, one("arn:aws:iam::111122223333:role/a"), false},
			operatorRow{"absent", "ArnNotLike", `"arn:aws:iam::111122223333:role/*"`, nil, true},
		)},
		{"IfExists", page + "Conditions_IfExists", of(
			operatorRow{"absent", "StringEqualsIfExists", `"a"`, nil, true},
			operatorRow{"equal", "StringEqualsIfExists", `"a"`, one("a"), true},
			operatorRow{"different", "StringEqualsIfExists", `"a"`, one("b"), false},
			operatorRow{"absent", "StringLikeIfExists", `["t1.*","t2.*"]`, nil, true},
			operatorRow{"fits", "StringLikeIfExists", `["t1.*","t2.*"]`, one("t2.micro"), true},
			operatorRow{"fits not", "StringLikeIfExists", `["t1.*","t2.*"]`, one("m5.large"), false},
			operatorRow{"absent", "StringNotEqualsIfExists", `"a"`, nil, true},
			operatorRow{"equal", "StringNotEqualsIfExists", `"a"`, one("a"), false},
			operatorRow{"absent", "NumericLessThanIfExists", `"3600"`, nil, true},
			operatorRow{"more", "NumericLessThanIfExists", `"3600"`, one("4000"), false},
			operatorRow{"absent", "DateLessThanIfExists", `"2020-01-01"`, nil, true},
			operatorRow{"absent", "BoolIfExists", `"true"`, nil, true},
			operatorRow{"false", "BoolIfExists", `"true"`, one("false"), false},
			operatorRow{"absent", "BinaryEqualsIfExists", `"QQ=="`, nil, true},
			operatorRow{"absent", "IpAddressIfExists", `"203.0.113.0/24"`, nil, true},
			operatorRow{"outside", "IpAddressIfExists", `"203.0.113.0/24"`, one("198.51.100.1"), false},
			operatorRow{"absent", "NotIpAddressIfExists", `"203.0.113.0/24"`, nil, true},
			operatorRow{"absent", "ArnLikeIfExists", `"arn:aws:iam::*:role/*"`, nil, true},
			operatorRow{"fits not", "ArnEqualsIfExists", `"arn:aws:iam::*:role/*"`, one("arn:aws:iam::111122223333:user/a"), false},
		)},
		{"Null", page + "Conditions_Null", of(
			operatorRow{"true, absent", "Null", `"true"`, nil, true},
			operatorRow{"true, present", "Null", `"true"`, one("x"), false},
			operatorRow{"false, present", "Null", `"false"`, one("x"), true},
			operatorRow{"false, absent", "Null", `"false"`, nil, false},
			operatorRow{"without quotation marks", "Null", `true`, nil, true},
			operatorRow{"an empty value is there", "Null", `"false"`, one(""), true},
			operatorRow{"several values are there", "Null", `"false"`, []string{"x", "y"}, true},
		)},
		{"ForAllValues", "reference_policies_condition-single-vs-multi-valued-context-keys.html#reference_policies_condition-multi-valued-context-keys", of(
			operatorRow{"all listed", "ForAllValues:StringEquals", `["a","b","c"]`, []string{"a", "c"}, true},
			operatorRow{"one not listed", "ForAllValues:StringEquals", `["a","b","c"]`, []string{"a", "d"}, false},
			operatorRow{"none listed", "ForAllValues:StringEquals", `["a"]`, []string{"d"}, false},
			operatorRow{"absent", "ForAllValues:StringEquals", `["a"]`, nil, true},
			operatorRow{"an empty string is no value", "ForAllValues:StringEquals", `["a"]`, []string{""}, true},
			operatorRow{"all fit", "ForAllValues:StringLike", `["a*"]`, []string{"ab", "ac"}, true},
			operatorRow{"one fits not", "ForAllValues:StringLike", `["a*"]`, []string{"ab", "bc"}, false},
			operatorRow{"none is listed", "ForAllValues:StringNotEquals", `["x"]`, []string{"a", "b"}, true},
			operatorRow{"one is listed", "ForAllValues:StringNotEquals", `["x"]`, []string{"a", "x"}, false},
			operatorRow{"absent", "ForAllValues:StringNotEquals", `["x"]`, nil, true},
			operatorRow{"other case", "ForAllValues:StringEqualsIgnoreCase", `["a"]`, []string{"A", "a"}, true},
			operatorRow{"numbers", "ForAllValues:NumericLessThan", `"10"`, []string{"1", "9"}, true},
			operatorRow{"numbers, one too large", "ForAllValues:NumericLessThan", `"10"`, []string{"1", "10"}, false},
			operatorRow{"ARNs", "ForAllValues:ArnLike", `"arn:aws:iam::aws:policy/*"`, []string{"arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"}, true},
			operatorRow{"addresses", "ForAllValues:IpAddress", `"10.0.0.0/8"`, []string{"10.0.0.1", "11.0.0.1"}, false},
		)},
		{"ForAnyValue", "reference_policies_condition-single-vs-multi-valued-context-keys.html#reference_policies_condition-multi-valued-context-keys", of(
			operatorRow{"one listed", "ForAnyValue:StringEquals", `["a","b"]`, []string{"d", "b"}, true},
			operatorRow{"none listed", "ForAnyValue:StringEquals", `["a","b"]`, []string{"d"}, false},
			operatorRow{"absent", "ForAnyValue:StringEquals", `["a"]`, nil, false},
			operatorRow{"an empty string is no value", "ForAnyValue:StringLike", `["*"]`, []string{""}, false},
			operatorRow{"one fits", "ForAnyValue:StringLike", `["o-a1/r-ab12/ou-ab12-11111111/*"]`, []string{"o-a1/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"}, true},
			operatorRow{"one unlike", "ForAnyValue:StringNotLike", `["a*"]`, []string{"ab", "bc"}, true},
			operatorRow{"none unlike", "ForAnyValue:StringNotLike", `["a*"]`, []string{"ab", "ac"}, false},
			operatorRow{"absent", "ForAnyValue:StringNotEquals", `["a"]`, nil, false},
			operatorRow{"numbers", "ForAnyValue:NumericEquals", `"10"`, []string{"1", "10"}, true},
			operatorRow{"booleans", "ForAnyValue:Bool", `"true"`, []string{"false", "true"}, true},
			operatorRow{"absent", "ForAnyValue:StringEqualsIfExists", `["a"]`, nil, true},
			operatorRow{"ARNs", "ForAnyValue:ArnEquals", `"arn:aws:iam::aws:policy/A"`, []string{"arn:aws:iam::aws:policy/B"}, false},
		)},
	}
}

// Every operator of the table in condition.go stands in this one too, and none
// else.
func TestTableHasEveryOperator(t *testing.T) {
	met := map[string]bool{}
	for _, g := range operatorGroups() {
		for _, c := range g.cases {
			doc := mustParse(t, c.when.identity[0])
			for _, st := range doc.Statements {
				for _, line := range st.Condition {
					op, known := parseOperator(line.Operator)
					if !known {
						t.Errorf("IAM has no operator %s", line.Operator)
					}
					met[op.name] = true
				}
			}
		}
	}
	for _, op := range operators {
		if !met[op.name] {
			t.Errorf("no case of %s", op.name)
		}
	}
}
