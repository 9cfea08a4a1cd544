// The peer of "ebbmark ingest": DuckDB reads the same log files, takes the same
// fields of the same records and keeps the latest time of each
// (account, principal, source, name, Region). Prints them, one a line, to the
// file named last.
//
//	node duck.mjs MODULES 'GLOB' THREADS OUTPUT
//
// Which records are nobody's attempt is what docs/spec/cloudtrail.md says of
// the kinds that the sample has: services acting for themselves, callers of
// other accounts, service events, sign-ins that failed.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const [modules, glob, threads, output] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(resolve(modules, 'package.json'))('@duckdb/node-api');

const record = `STRUCT(
	userIdentity STRUCT("type" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR,
		sessionContext STRUCT(sessionIssuer STRUCT(principalId VARCHAR, arn VARCHAR, accountId VARCHAR))),
	eventTime VARCHAR, eventSource VARCHAR, eventName VARCHAR, awsRegion VARCHAR,
	errorCode VARCHAR, eventType VARCHAR, eventID VARCHAR, eventCategory VARCHAR)`;
const query = `
	SELECT r.userIdentity.accountId,
		coalesce(r.userIdentity.sessionContext.sessionIssuer.principalId, r.userIdentity.principalId),
		r.eventSource, r.eventName, r.awsRegion, max(r.eventTime)
	FROM (SELECT unnest(Records) r FROM read_json('${glob}', format='unstructured', columns={Records: '${record.replaceAll("'", "''")}[]'}))
	WHERE r.eventType = 'AwsApiCall' AND r.userIdentity."type" IN ('IAMUser', 'AssumedRole')
	GROUP BY ALL`;

const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect();
await connection.run('SET preserve_insertion_order = false');
const rows = (await connection.runAndReadAll(query)).getRows();
writeFileSync(output, rows.map((row) => row.join('\t') + '\n').sort().join(''));
