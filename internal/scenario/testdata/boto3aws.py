"""Speaks like the AWS CLI but calls through boto3, for the scenario scripts.

usage: boto3aws.py --endpoint-url URL SERVICE OPERATION [--flag VALUE...]...
"""

import base64
import datetime
import json
import sys

import boto3
import botocore.config
import botocore.exceptions


def value(shape, words):
    if len(words) == 1 and words[0][:1] in ("{", "[") and shape.type_name != "string":
        return json.loads(words[0])
    if shape.type_name == "map":
        return dict(part.split("=", 1) for word in words for part in word.split(","))
    if shape.type_name == "list":
        return [value(shape.member, [word]) for word in words]
    if shape.type_name == "boolean" and not words:
        return True
    (word,) = words
    if shape.type_name == "structure":
        return dict(part.split("=", 1) for part in word.split(","))
    if shape.type_name == "boolean":
        return word == "true"
    return int(word) if shape.type_name in ("integer", "long") else word


def inputs(model, flags):
    out, i = {}, 0
    while i < len(flags):
        name, i = flags[i].removeprefix("--").replace("-", ""), i + 1
        (name,) = (m for m in model.input_shape.members if m.lower() == name)
        words = []
        while i < len(flags) and not flags[i].startswith("--"):
            words.append(flags[i])
            i += 1
        out[name] = value(model.input_shape.members[name], words)
    return out


def plain(v):
    if isinstance(v, datetime.datetime):
        return v.isoformat()
    if isinstance(v, bytes):
        return base64.b64encode(v).decode()
    raise TypeError(type(v))


def main(args):
    assert args[0] == "--endpoint-url"
    client = boto3.client(args[2], endpoint_url=args[1], config=botocore.config.Config(retries={"max_attempts": 0}))
    name = args[3].replace("-", "_")
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[name])
    method = getattr(client, name)
    try:
        answer = method(**inputs(model, args[4:]))
    except botocore.exceptions.ClientError as e:
        print(f"\n{e}", file=sys.stderr)
        return 254
    del answer["ResponseMetadata"]
    print(json.dumps(answer, default=plain, indent=4))
    return 0


sys.exit(main(sys.argv[1:]))
