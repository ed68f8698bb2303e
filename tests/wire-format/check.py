"""Opens every fixture of the wire format with the reader beside this file: `python check.py FOLDER`.

Prints what differs from the manifest, and ends with one line `N passed, N failed`.
"""

import hashlib
import json
import pathlib
import sys

from payload import HOLE, UNDEFINED, Extension, same_float
from reader import (
    COMPRESSED,
    NEVER,
    SEALED,
    SIDE,
    TOMBSTONE,
    Refused,
    Secrets,
    name_in_region,
    read_entry,
    read_generation,
    read_token,
)


def told_time(value: int) -> object:
    return "never" if value == NEVER else value


def same(told: object, value: object) -> bool:
    """Whether a value that was read is the one that the manifest tells of, in the form of describe.ts."""
    if isinstance(told, dict):
        return same_special(told, value)
    if isinstance(told, list):
        return isinstance(value, list) and all_same(told, value)
    if told is None or isinstance(told, (bool, str)):
        return type(told) is type(value) and told == value
    return is_number(value) and same_float(float(told), float(value))


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def all_same(told: list, values: list) -> bool:
    return len(told) == len(values) and all(same(a, b) for a, b in zip(told, values))


def same_fields(told: list, value: object) -> bool:
    keys = [key for key, _ in told]
    return isinstance(value, dict) and keys == list(value) and all(same(item, value[key]) for key, item in told)


def same_special(told: dict, value: object) -> bool:
    kind = told["$"]
    if kind == "object":
        return same_fields(told["fields"], value)
    if kind == "number":
        return isinstance(value, float) and same_float(float(told["text"]), value)
    if kind == "bigint":
        return isinstance(value, int) and value == int(told["text"])
    if kind == "bytes":
        return isinstance(value, bytes) and value.hex() == told["hex"]
    if kind in ("hole", "undefined"):
        return value is (HOLE if kind == "hole" else UNDEFINED)
    return isinstance(value, Extension) and value.kind == kind and same_extension(told, value.content)


def same_extension(told: dict, content: object) -> bool:
    kind = told["$"]
    if kind == "date":
        return same(told["ms"], content)
    if kind in ("map", "set"):
        return all_same(told["items"], content)
    if kind == "bare":
        return same_fields(told["fields"], content)
    if kind == "buffer":
        return content == [told["class"], bytes.fromhex(told["hex"])]
    if kind == "error":
        return content[0] == told["class"] and same_error_fields(told, content)
    if kind == "regexp":
        return all_same([told["source"], told["flags"], told["lastIndex"]], content)
    return content == told["href"]


def same_error_fields(told: dict, content: list) -> bool:
    return same_fields(told["hidden"], content[1]) and same_fields(told["shown"], content[2])


def check_entry(told: dict, data: bytes, region: str, key: str, secrets: object, dictionaries: list) -> list:
    entry = read_entry(data, region, key, secrets, dictionaries)
    header = entry.header
    found = {
        "serializer": header.serializer,
        "compression": header.compression,
        "tombstone": bool(header.flags & TOMBSTONE),
        "keyId": entry.key_id,
        "stamp": header.stamp.hex(),
        "created": told_time(header.created),
        "freshUntil": told_time(header.fresh_until),
        "staleUntil": told_time(header.stale_until),
        "originalLength": header.original_length,
        "tags": [{"name": t.name.hex(), "deleted": t.deleted.hex(), "expired": t.expired.hex()} for t in entry.tags],
        "etag": entry.etag,
        "payloadSha256": hashlib.sha256(entry.payload).hexdigest(),
    }
    wrong = [f"{field}: {value!r}, not {told[field]!r}" for field, value in found.items() if value != told[field]]
    flags = (COMPRESSED if told["compression"] else 0) | (SEALED if told["keyId"] else 0)
    flags |= (TOMBSTONE if told["tombstone"] else 0) | (SIDE if told["tags"] or told["etag"] else 0)
    if header.flags != flags:
        wrong.append(f"flags: {header.flags}, not {flags}")
    if secrets is not None and entry.key != key:
        wrong.append(f"key: {entry.key!r}")
    # What an application's own format means is for the application to say.
    if "value" in told and header.serializer < 128 and not same(told["value"], entry.value):
        wrong.append(f"value: {entry.value!r}, not {told['value']!r}")
    return wrong


def check(fixture: dict, data: bytes, manifest: dict) -> list:
    """What is wrong with a fixture; nothing if all is right."""
    region, key, kind = manifest["region"], fixture["key"], fixture["kind"]
    dictionaries = [bytes.fromhex(known) for known in manifest["dictionaries"].values()]
    secrets = None
    if fixture["encrypted"]:
        ring = {name: bytes.fromhex(secret) for name, secret in manifest["ring"].items()}
        secrets = Secrets(ring, bytes.fromhex(manifest["indexSecret"]))
    try:
        if kind == "generation":
            cleared, generation = read_generation(data)
            return [] if (cleared.hex(), generation) == (fixture["cleared"], fixture["generation"]) else ["another one"]
        if kind == "token":
            stamp, half, lives = read_token(data)
            told = (fixture["stamp"], fixture["half"], fixture["lives"])
            return [] if (stamp.hex(), half.hex(), told_time(lives)) == told else ["another one"]
        if kind == "entry":
            return check_entry(fixture["entry"], data, region, key, secrets, dictionaries)
        read_entry(data, region, key, secrets, dictionaries)
        return [f"it was read, and should be refused: {fixture['reason']}"]
    except Refused as refusal:
        if kind == "refused" and str(refusal) == fixture["reason"]:
            return []
        return [f"refused: {refusal}, and not {fixture.get('reason', 'to be refused')}"]


def check_tag_names(manifest: dict) -> list:
    """The stored tags of sealed fixtures are the names that the page defines."""
    secret = bytes.fromhex(manifest["indexSecret"])
    wanted = [name_in_region(secret, b"t", manifest["region"], tag).hex() for tag in ("user:42", "team")]
    sealed = [f for f in manifest["fixtures"] if f["name"] == "sealed with tags"]
    return [] if [[t["name"] for t in f["entry"]["tags"]] for f in sealed] == [wanted] else ["other stored tags"]


def main(folder: pathlib.Path) -> int:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    results = [("stored tags", check_tag_names(manifest))]
    for fixture in manifest["fixtures"]:
        results.append((fixture["name"], check(fixture, (folder / fixture["file"]).read_bytes(), manifest)))
    for name, wrong in results:
        for line in wrong:
            print(f"{name}: {line}")
    failed = sum(1 for _, wrong in results if wrong)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
