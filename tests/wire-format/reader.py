"""A reader of omnicache's wire format, written from docs/wire-format.md alone.

It shows that the page is complete, and is what a program in another language would need: it opens
envelopes, plain and sealed, generations and tokens, and refuses what is broken by the page's names.
"""

import hashlib
import hmac
import struct
import zlib
from dataclasses import dataclass
from typing import Iterable, Optional

import lz4_block
import xaes
from payload import read_payload

HEADER_BYTES = 46
CHECKSUM_BYTES = 4
NONCE_BYTES = 24
TAG_BYTES = 16
NEVER = 2**48 - 1
TOMBSTONE, COMPRESSED, SEALED, SIDE = 1, 2, 4, 8
MAX_SIDE = 1_048_576
MAX_KEY = 65_536
KEY_ID_CHARACTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")

#: How many times its size a body can become at most, by compression.
REACH = {1: 1_032, 2: 255, 3: 1_032}
DICTIONARY_ID_BYTES = 4


class Refused(Exception):
    """Bytes that count as absent; the message is the page's name for the reason."""


@dataclass(frozen=True)
class Secrets:
    """What a reader of encrypted regions has: the key ring by id, and the secret behind names."""

    ring: dict
    index_secret: bytes


@dataclass(frozen=True)
class Tag:
    name: bytes
    deleted: bytes
    expired: bytes


@dataclass(frozen=True)
class Header:
    flags: int
    serializer: int
    compression: int
    key_id_length: int
    stamp: bytes
    created: int
    fresh_until: int
    stale_until: int
    original_length: int


@dataclass(frozen=True)
class Entry:
    header: Header
    key_id: Optional[str]
    #: The application's own key; only sealed entries tell it.
    key: Optional[str]
    tags: tuple
    etag: Optional[str]
    payload: bytes
    value: object


def need(condition: bool, reason: str) -> None:
    if not condition:
        raise Refused(reason)


def number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def read_header(data: bytes) -> Header:
    need(len(data) >= HEADER_BYTES, "truncated")
    need(data[0:2] == b"oc", "magic")
    need(data[2] == 1, "version")
    need(data[6] == 0, "kind")
    header = Header(
        flags=data[3],
        serializer=data[4],
        compression=data[5],
        key_id_length=data[7],
        stamp=data[8:24],
        created=number(data, 24, 6),
        fresh_until=number(data, 30, 6),
        stale_until=number(data, 36, 6),
        original_length=number(data, 42, 4),
    )
    need(header.flags <= 0x0F, "flags")
    key_id = data[HEADER_BYTES : HEADER_BYTES + header.key_id_length]
    need(len(key_id) == header.key_id_length, "truncated")
    need(header.key_id_length <= 32, "key-id")
    need(all(byte in KEY_ID_CHARACTERS for byte in key_id), "key-id")
    need(header.serializer <= 4 or header.serializer >= 128, "serializer")
    need(header.compression == 0 or header.compression in REACH, "compression")
    need(bool(header.flags & TOMBSTONE) == (header.serializer == 0), "flags")
    need(bool(header.flags & COMPRESSED) == (header.compression != 0), "flags")
    need(bool(header.flags & SEALED) == (header.key_id_length != 0), "flags")
    if header.flags & TOMBSTONE:
        need(not header.flags & (COMPRESSED | SIDE), "flags")
        need(header.original_length == 0, "length")
    need(header.stale_until >= header.fresh_until, "times")
    return header


def take(data: bytes, at: int, most: int) -> tuple:
    """A length of 4 bytes and as many bytes; answers them, and where they end."""
    need(len(data) - at >= 4, "truncated")
    length = number(data, at, 4)
    need(length <= most and length <= len(data) - at - 4, "length")
    return data[at + 4 : at + 4 + length], at + 4 + length


def take_from_side(block: bytes, at: int) -> tuple:
    """The same with a length of 2 bytes, at least 1."""
    length = number(block, at, 2)
    need(length > 0 and length <= len(block) - at - 2, "side")
    return block[at + 2 : at + 2 + length], at + 2 + length


def utf8(data: bytes, reason: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(reason) from None


def read_side(block: bytes, sealed: bool) -> tuple:
    need(len(block) >= 2, "side")
    tags = []
    at = 2
    for _ in range(number(block, 0, 2)):
        name, at = take_from_side(block, at)
        need(len(block) - at >= 16, "side")
        if not sealed:
            utf8(name, "side")
        tags.append(Tag(name, block[at : at + 8], block[at + 8 : at + 16]))
        at += 16
    etag = None
    if at < len(block):
        raw, at = take_from_side(block, at)
        etag = utf8(raw, "side")
    need(at == len(block) and (len(tags) > 0 or etag is not None), "side")
    return tuple(tags), etag


def dictionary_id(dictionary: bytes) -> bytes:
    return hashlib.sha256(dictionary).digest()[:DICTIONARY_ID_BYTES]


def decompress(header: Header, body: bytes, dictionaries: dict, limit: int) -> bytes:
    wanted = header.original_length
    need(wanted <= limit, "too-large")
    if header.compression == 0:
        need(wanted == len(body), "length")
        return body
    history = b""
    if header.compression == 3:
        need(len(body) >= DICTIONARY_ID_BYTES, "truncated")
        wanted_id, body = body[:DICTIONARY_ID_BYTES], body[DICTIONARY_ID_BYTES:]
    need(wanted <= REACH[header.compression] * len(body), "bomb")
    if header.compression == 3:
        history = dictionaries.get(wanted_id)
        need(history is not None, "dictionary-missing")
    if header.compression == 2:
        try:
            return lz4_block.decompress(body, wanted)
        except ValueError:
            raise Refused("lz4") from None
    stream = zlib.decompressobj(wbits=-15, zdict=history)
    try:
        payload = stream.decompress(body, wanted + 1)
    except zlib.error:
        raise Refused("inflate") from None
    need(stream.eof and not stream.unused_data and len(payload) == wanted, "inflate")
    return payload


def name_in_region(secret: bytes, kind: bytes, region: str, name: str) -> bytes:
    """The 32 bytes that an encrypted region stores a key (`k`) or a tag (`t`) as."""
    index_key = hmac.new(secret, b"omnicache index key v1", hashlib.sha256).digest()
    raw = region.encode()
    return hmac.new(index_key, kind + struct.pack(">I", len(raw)) + raw + name.encode(), hashlib.sha256).digest()


def unseal(header: Header, data: bytes, region: str, stored_key: bytes, secrets: Secrets) -> tuple:
    """The key id and the plaintext of a sealed entry."""
    end = HEADER_BYTES + header.key_id_length
    key_id = data[HEADER_BYTES:end]
    need(len(data) >= end + NONCE_BYTES + TAG_BYTES, "truncated")
    key = secrets.ring.get(key_id.decode("ascii"))
    need(key is not None, "key-missing")
    name = region.encode()
    bound = data[:end] + struct.pack(">I", len(name)) + name + struct.pack(">I", len(stored_key)) + stored_key
    plaintext = xaes.open_sealed(key, data[end : end + NONCE_BYTES], data[end + NONCE_BYTES :], bound)
    need(plaintext is not None, "does-not-open")
    return key_id.decode("ascii"), plaintext


def read_entry(
    data: bytes,
    region: str,
    key: str,
    secrets: Optional[Secrets] = None,
    dictionaries: Iterable = (),
    limit: int = 256 * 1024 * 1024,
) -> Entry:
    """Opens an envelope, as a reader of `region` that looked `key` up; `secrets` where the region is encrypted."""
    header = read_header(data)
    key_id = own_key = None
    at = 0
    if header.flags & SEALED:
        need(secrets is not None, "key-missing")
        stored_key = name_in_region(secrets.index_secret, b"k", region, key)
        key_id, inner = unseal(header, data, region, stored_key, secrets)
        raw_key, at = take(inner, 0, MAX_KEY)
        own_key = utf8(raw_key, "length")
    else:
        need(secrets is None, "unsealed")
        need(len(data) >= HEADER_BYTES + CHECKSUM_BYTES, "truncated")
        need(zlib.crc32(data[:-CHECKSUM_BYTES]) == number(data, len(data) - CHECKSUM_BYTES, 4), "checksum")
        inner = data[HEADER_BYTES:-CHECKSUM_BYTES]
    tags, etag = (), None
    if header.flags & SIDE:
        block, at = take(inner, at, MAX_SIDE)
        tags, etag = read_side(block, bool(header.flags & SEALED))
    payload = decompress(header, inner[at:], {dictionary_id(known): known for known in dictionaries}, limit)
    try:
        value = read_payload(header.serializer, payload)
    except ValueError:
        raise Refused("value") from None
    return Entry(header, key_id, own_key, tags, etag, payload, value)


def read_generation(data: bytes) -> tuple:
    """The clear stamp and the generation that a region's meta key holds."""
    need(len(data) == 40 and data[:8] == bytes.fromhex("6f63010000000100"), "generation")
    need(all(byte in b"0123456789abcdef" for byte in data[24:]), "generation")
    return data[8:24], data[24:].decode("ascii")


def read_token(data: bytes) -> tuple:
    """Stamp, half and the time up to which it is kept, of one half of a tag's token."""
    need(len(data) == 38 and data[:8] == bytes.fromhex("6f63010000000200"), "token")
    return data[8:24], data[24:32], number(data, 32, 6)
