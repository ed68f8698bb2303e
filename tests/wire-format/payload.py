"""Payloads: text, bytes, JSON, and MessagePack with the extensions of omnicache."""

import json
import struct
from dataclasses import dataclass

import msgpack

BUFFER_ITEMS = {
    "ArrayBuffer": 1,
    "DataView": 1,
    "Int8Array": 1,
    "Uint8ClampedArray": 1,
    "Int16Array": 2,
    "Uint16Array": 2,
    "Float16Array": 2,
    "Int32Array": 4,
    "Uint32Array": 4,
    "Float32Array": 4,
    "Float64Array": 8,
    "BigInt64Array": 8,
    "BigUint64Array": 8,
}

ERRORS = (
    "Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError", "AggregateError",
)  # fmt: skip


@dataclass(frozen=True)
class Extension:
    """A value that only JavaScript has: what it is, and what it holds."""

    kind: str
    content: object


HOLE = Extension("hole", None)
UNDEFINED = Extension("undefined", None)


def read_payload(serializer: int, payload: bytes) -> object:
    """The value of a payload; ValueError where it is malformed."""
    if serializer == 0:
        return None
    if serializer == 1:
        return payload.decode("utf-8")
    if serializer == 3:
        return json.loads(payload.decode("utf-8"), object_pairs_hook=_fields, parse_constant=_no_constant)
    if serializer == 4:
        return _read_msgpack(payload)
    return payload


def _no_constant(name: str) -> None:
    raise ValueError(f"JSON has no {name}")


def _fields(pairs: list) -> dict:
    for key, value in pairs:
        _need(isinstance(key, str) and key != "__proto__" and value is not HOLE)
    return dict(pairs)


def _need(condition: bool) -> None:
    if not condition:
        raise ValueError("malformed")


def _read_msgpack(data: bytes) -> object:
    try:
        value = msgpack.unpackb(data, strict_map_key=False, object_pairs_hook=_fields, ext_hook=_extension)
    except (ValueError, msgpack.UnpackException) as error:
        raise ValueError(str(error)) from None
    _need(value is not HOLE and not _holds_timestamp(value))
    return value


def _holds_timestamp(root: object) -> bool:
    """Whether a value holds MessagePack's own extension, -1, which the library reads by itself."""
    pending = [root]
    for value in pending:
        if isinstance(value, msgpack.Timestamp):
            return True
        if isinstance(value, (list, dict)):
            pending.extend(value.values() if isinstance(value, dict) else value)
    return False


def _extension(kind: int, data: bytes) -> object:
    if kind in (0, 1):
        _need(len(data) == 0)
        return HOLE if kind == 1 else UNDEFINED
    content = _read_msgpack(data)
    if kind not in EXTENSIONS:
        raise ValueError(f"no extension has the type {kind}")
    return EXTENSIONS[kind](content)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _date(content: object) -> Extension:
    _need(_is_number(content))
    return Extension("date", content)


def _bigint(content: object) -> int:
    _need(isinstance(content, str))
    digits = content[1:] if content.startswith("-") else content
    _need(digits != "" and all(digit in "0123456789abcdefABCDEF" for digit in digits))
    return int(content, 16)


def _map(content: object) -> Extension:
    _need(isinstance(content, list) and len(content) % 2 == 0)
    return Extension("map", content)


def _set(content: object) -> Extension:
    _need(isinstance(content, list))
    return Extension("set", content)


def _bare(content: object) -> Extension:
    _need(isinstance(content, dict))
    return Extension("bare", content)


def _utf16(content: object) -> str:
    _need(isinstance(content, bytes) and len(content) % 2 == 0)
    # A pair of surrogates is one character; a lone one stays what it is.
    return content.decode("utf-16-be", "surrogatepass")


def _buffer(content: object) -> Extension:
    _need(isinstance(content, list) and len(content) == 2)
    name, memory = content
    _need(isinstance(name, str) and name in BUFFER_ITEMS and isinstance(memory, bytes))
    _need(len(memory) % BUFFER_ITEMS[name] == 0)
    return Extension("buffer", content)


def _error(content: object) -> Extension:
    _need(isinstance(content, list) and len(content) == 3 and isinstance(content[0], str) and content[0] in ERRORS)
    _need(isinstance(content[1], dict) and isinstance(content[2], dict))
    return Extension("error", content)


def _regexp(content: object) -> Extension:
    _need(isinstance(content, list) and len(content) == 3)
    _need(isinstance(content[0], str) and isinstance(content[1], str) and _is_number(content[2]))
    return Extension("regexp", content)


def _url(content: object) -> Extension:
    _need(isinstance(content, str))
    return Extension("url", content)


EXTENSIONS = {
    2: _date, 3: _bigint, 4: _map, 5: _set, 6: _bare, 7: _utf16, 8: _buffer, 9: _error, 10: _regexp, 11: _url,
}  # fmt: skip


def same_float(a: float, b: float) -> bool:
    """Whether two numbers are the same: -0 is not 0, NaN is NaN."""
    return a == b and struct.pack(">d", a) == struct.pack(">d", b) or (a != a and b != b)
