"""Writes policies of the same shape in the languages of RAM and of AWS.

Document n of the one has as many statements as document n of the other, with as many actions,
resources and conditions, of services that do the same. Every tenth has an action that no service
knows.
"""

import json
import pathlib
import random
import sys

# Service and actions of RAM, and of AWS.
SERVICES = [
    (
        "ecs",
        "DescribeInstances StartInstance StopInstance RebootInstance RunInstances DescribeDisks "
        "CreateSnapshot DeleteSnapshot AttachDisk DetachDisk DescribeImages DescribeVpcs",
        "ec2",
        "DescribeInstances StartInstances StopInstances RebootInstances RunInstances DescribeVolumes "
        "CreateSnapshot DeleteSnapshot AttachVolume DetachVolume DescribeImages DescribeVpcs",
        ["acs:ecs:cn-hangzhou:1000000000000001:instance/i-%06d"],
        ["arn:aws:ec2:eu-west-1:123456789012:instance/i-%06d"],
    ),
    (
        "oss",
        "GetObject PutObject DeleteObject ListObjects GetBucketAcl PutBucketAcl GetBucketInfo "
        "AbortMultipartUpload ListParts GetObjectAcl PutObjectAcl DeleteBucket",
        "s3",
        "GetObject PutObject DeleteObject ListBucket GetBucketAcl PutBucketAcl GetBucketLocation "
        "AbortMultipartUpload ListMultipartUploadParts GetObjectAcl PutObjectAcl DeleteBucket",
        ["acs:oss:*:1000000000000001:bucket%06d", "acs:oss:*:1000000000000001:bucket%06d/*"],
        ["arn:aws:s3:::bucket%06d", "arn:aws:s3:::bucket%06d/*"],
    ),
    (
        "ram",
        "GetUser ListUsers CreateUser GetRole ListRoles GetPolicy ListPolicies GetGroup ListGroups "
        "ListPoliciesForUser ListPoliciesForRole ListGroupsForUser",
        "iam",
        "GetUser ListUsers CreateUser GetRole ListRoles GetPolicy ListPolicies GetGroup ListGroups "
        "ListAttachedUserPolicies ListAttachedRolePolicies ListGroupsForUser",
        ["acs:ram:*:1000000000000001:user/u%06d", "acs:ram:*:1000000000000001:role/r%06d"],
        ["arn:aws:iam::123456789012:user/u%06d", "arn:aws:iam::123456789012:role/r%06d"],
    ),
    (
        "kms",
        "CreateKey DescribeKey ListKeys EnableKey DisableKey Encrypt Decrypt GenerateDataKey "
        "CreateAlias DeleteAlias ListAliases ScheduleKeyDeletion",
        "kms",
        "CreateKey DescribeKey ListKeys EnableKey DisableKey Encrypt Decrypt GenerateDataKey "
        "CreateAlias DeleteAlias ListAliases ScheduleKeyDeletion",
        ["acs:kms:cn-hangzhou:1000000000000001:key/k%06d"],
        ["arn:aws:kms:eu-west-1:123456789012:key/k%06d"],
    ),
]
# Where a document is long enough, before its lists are set further in: 6 KB after it.
BYTES = 4_800
RAM_VERSION, AWS_VERSION = "1", "2012-10-17"


def statement(random, number, ram):
    """One statement in either language; draws as often in both."""
    service = random.choice(SERVICES)
    code, actions, resources = (service[0], service[1], service[4]) if ram else (
        service[2], service[3], service[5])
    chosen = sorted(random.sample(range(12), random.randint(3, 8)))
    names = actions.split()
    made = {
        "Sid": "S%d" % number,
        "Effect": "Deny" if random.random() < 0.2 else "Allow",
        "Action": ["%s:%s" % (code, names[index]) for index in chosen],
        "Resource": [],
    }
    for _ in range(random.randint(2, 5)):
        number = random.randrange(1_000_000)
        made["Resource"] += [resource % number for resource in resources]
    if random.random() < 0.5:
        address = "203.0.113.%d" % random.randrange(256)
        key = "acs:SourceIp" if ram else "aws:SourceIp"
        made["Condition"] = {"IpAddress": {key: [address]}}
    return made


def document(seed, ram):
    """A document of about BYTES in either language."""
    draw = random.Random(seed)
    policy = {"Version": RAM_VERSION if ram else AWS_VERSION, "Statement": []}
    # As many statements as make a RAM policy long enough.
    length = 0
    shape = random.Random(seed)
    while length < BYTES:
        length += len(json.dumps(statement(shape, 0, True), indent=2))
        policy["Statement"].append(statement(draw, len(policy["Statement"]), ram))
    if seed % 10 == 0:
        code = "ecs" if ram else "ec2"
        policy["Statement"][0]["Action"].append(code + ":DescribeInstanzes")
    return json.dumps(policy, indent=2) + "\n"


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    for name, ram in (("ram", True), ("aws", False)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for old in (folder / name).glob("*.json"):
            old.unlink()
        for seed in range(count):
            (folder / name / ("%05d.json" % seed)).write_text(document(seed, ram))


main()
