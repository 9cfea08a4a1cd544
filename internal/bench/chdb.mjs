// A further peer of "ebbmark ingest": chDB, ClickHouse within the process, does
// what duck.mjs does.
//
//	node chdb.mjs MODULES 'GLOB' THREADS OUTPUT
//
// A log file is one JSON object, {"Records":[…]}, so it is read as one row of
// JSONEachRow with one column, an array of named tuples. That is the fastest
// fair way of those that chDB offers: the tuples name only the fields that are
// asked for, and the parser skips all others without building them (both
// input_format settings below; without them it refuses the files). JSONAsObject
// and JSONAsString would keep every field first.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const [modules, glob, threads, output] = process.argv.slice(2);
const { query } = createRequire(resolve(modules, 'package.json'))('chdb');

const text = 'Nullable(String)';
const record = `Tuple(
	userIdentity Tuple(type ${text}, principalId ${text}, accountId ${text},
		sessionContext Tuple(sessionIssuer Tuple(principalId ${text}))),
	eventTime ${text}, eventSource ${text}, eventName ${text}, awsRegion ${text}, eventType ${text})`;
const rows = query(`
	SELECT r.userIdentity.accountId,
		coalesce(r.userIdentity.sessionContext.sessionIssuer.principalId, r.userIdentity.principalId),
		r.eventSource, r.eventName, r.awsRegion, max(r.eventTime)
	FROM (SELECT arrayJoin(Records) AS r FROM file('${glob}', JSONEachRow, 'Records Array(${record})'))
	WHERE r.eventType = 'AwsApiCall' AND r.userIdentity.type IN ('IAMUser', 'AssumedRole')
	GROUP BY ALL
	SETTINGS max_threads = ${Number(threads)}, input_format_skip_unknown_fields = 1,
		input_format_json_ignore_unknown_keys_in_named_tuple = 1,
		input_format_json_defaults_for_missing_elements_in_named_tuple = 1`, 'TabSeparated');
writeFileSync(output, rows.trimEnd().split('\n').sort().map((row) => row + '\n').join(''));
