"""JSON-RPC 2.0 (jsonrpc.org/specification), sans-I/O: a line in, calls out; results in, a line out.

The envelope is read here; `params` and `id` stay the bytes that the client wrote, so an id goes back verbatim and
params are decoded once, by their method's own type. What the specification leaves open:

- an invalid request is answered with its id where that is readable, else with null;
- a lone surrogate (an unpaired escape from D800 to DFFF) and nesting beyond the parser's depth are parse errors.
"""

import json
from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from bridge.pos.messages import ErrorData

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603

MEANINGS = {
    PARSE_ERROR: "Parse error",
    INVALID_REQUEST: "Invalid Request",
    METHOD_NOT_FOUND: "Method not found",
    INVALID_PARAMS: "Invalid params",
    INTERNAL_ERROR: "Internal error",
}

# A cash program batches one receipt's calls: a handful. More is a loop that should be pipelined instead.
MAX_BATCH = 50

NULL = b"null"
_NO_PARAMS = b"{}"
_ID_STARTS = b'"-0123456789n'  # a string, a number or null


class Call(Struct, frozen=True, gc=False):
    """A valid request. params: a JSON object or array as written; id: as written, None = a notification."""

    method: str
    params: bytes
    id: bytes | None


class Rejected(Struct, frozen=True, gc=False):
    """What is no valid request; always answered."""

    code: int
    detail: str = ""
    id: bytes = NULL

    def reply(self) -> bytes:
        return error_reply(self.id, self.code, meaning(self.code, self.detail))


class Batch(Struct, frozen=True):
    members: tuple[Call | Rejected, ...]


class InvalidParams(Exception):
    """The params don't fit the method (-32602); the text says where and why."""


class _Envelope(Struct):
    jsonrpc: Literal["2.0"]
    method: str
    params: Raw | UnsetType = UNSET
    id: Raw | UnsetType = UNSET


class _IdOnly(Struct):
    id: Raw | UnsetType = UNSET


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_ID_ONLY = msgspec.json.Decoder(_IdOnly)
_MEMBERS = msgspec.json.Decoder(list[Raw])
_SYNTAX = msgspec.json.Decoder(Raw)
_ENCODE = msgspec.json.Encoder().encode


def parse(line: bytes) -> Call | Rejected | Batch:
    """What one line asks for. Never raises, whatever the bytes."""
    try:
        if not line.isascii():
            line.decode()
        if line.lstrip()[:1] == b"[":
            return _parse_batch(line)
        return _parse_request(line)
    except UnicodeDecodeError as error:
        return Rejected(PARSE_ERROR, f"not UTF-8 at byte {error.start}")
    except RecursionError:
        return Rejected(PARSE_ERROR, "nested too deep")
    except msgspec.DecodeError as error:
        return Rejected(PARSE_ERROR, str(error))


def _parse_batch(line: bytes) -> Rejected | Batch:
    members = _MEMBERS.decode(line)
    if not members:
        return Rejected(INVALID_REQUEST, "an empty batch")
    if len(members) > MAX_BATCH:
        return Rejected(INVALID_REQUEST, f"a batch of more than {MAX_BATCH}")
    return Batch(tuple(_parse_request(bytes(member)) for member in members))


def _parse_request(text: bytes) -> Call | Rejected:
    try:
        envelope = _ENVELOPE.decode(text)
    except msgspec.ValidationError as error:
        return _invalid(text, str(error))
    request_id = None if envelope.id is UNSET else bytes(envelope.id)
    if request_id is not None and not _is_id(request_id):
        return Rejected(INVALID_REQUEST, "id is neither a string, a number nor null")
    params = _NO_PARAMS if envelope.params is UNSET else bytes(envelope.params)
    if params[0] not in b"{[":
        return Rejected(INVALID_REQUEST, "params is no object", request_id or NULL)
    return Call(envelope.method, params, request_id)


def _invalid(text: bytes, why: str) -> Rejected:
    """The envelope was refused at its first wrong member: the rest may not even be JSON, and may hold the id."""
    if _SYNTAX.decode(text) and text.lstrip()[:1] != b"{":
        return Rejected(INVALID_REQUEST, "not an object")
    found = _ID_ONLY.decode(text).id
    request_id = NULL if found is UNSET else bytes(found)
    return Rejected(INVALID_REQUEST, why, request_id if _is_id(request_id) else NULL)


def _is_id(text: bytes) -> bool:
    return text[0] in _ID_STARTS


def meaning(code: int, detail: str = "") -> str:
    """The specification's words for a code, and ours behind them."""
    return f"{MEANINGS[code]}: {detail}" if detail else MEANINGS[code]


def encode(value: object) -> bytes:
    """`value` as JSON. A lone surrogate, which UTF-8 cannot carry, becomes "?"; it can only come from a provider."""
    try:
        return _ENCODE(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value), ensure_ascii=False).encode(errors="replace")


def result_reply(request_id: bytes, result: object) -> bytes:
    return b'{"jsonrpc":"2.0","result":%b,"id":%b}' % (encode(result), request_id)


def error_reply(request_id: bytes, code: int, message: str, data: ErrorData | None = None) -> bytes:
    error: dict[str, object] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return b'{"jsonrpc":"2.0","error":%b,"id":%b}' % (encode(error), request_id)


def batch_reply(replies: Iterable[bytes | None]) -> bytes | None:
    """The replies as one array; None when every member was a notification."""
    told = [reply for reply in replies if reply is not None]
    return b"[%b]" % b",".join(told) if told else None
