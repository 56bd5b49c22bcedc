"""What goes wrong, with the reasons that the services give."""

from __future__ import annotations

from dataclasses import dataclass, field

import grpc


@dataclass
class Error(Exception):
    """A call that failed."""

    #: The code of gRPC, such as `NOT_FOUND`.
    code: str
    #: What is wrong, for people.
    message: str
    #: The stable reason, for programs; empty where none is given.
    reason: str = ""
    #: Fields that are wrong, and what is wrong with each.
    violations: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        faults = "".join(f"\n  {path}: {text}" for path, text in self.violations)
        return f"{self.code}: {self.message}{faults}"


#: Codes after which a call that only reads may be made again.
PASSING = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.ABORTED}


def read(error: grpc.RpcError) -> Error:
    """The failure that a call of gRPC stands for."""
    found = Error(error.code().name, error.details() or "")
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            _details(found, value)
    return found


def _details(found: Error, encoded: bytes) -> None:
    """Reads `google.rpc.Status`, of which only two details matter here; the messages need no generated code."""
    for detail in _fields(encoded, 3):
        kind = b"".join(_fields(detail, 1)).decode().rpartition("/")[2]
        value = b"".join(_fields(detail, 2))
        if kind == "google.rpc.ErrorInfo":
            found.reason = b"".join(_fields(value, 1)).decode()
        elif kind == "google.rpc.BadRequest":
            for violation in _fields(value, 1):
                path, text = (b"".join(_fields(violation, number)).decode() for number in (1, 2))
                found.violations.append((path, text))


def _fields(encoded: bytes, number: int) -> list[bytes]:
    """The values of a field of bytes in an encoded message."""
    values, at = [], 0
    while at < len(encoded):
        tag, at = _varint(encoded, at)
        if tag & 7 == 2:
            size, at = _varint(encoded, at)
            if tag >> 3 == number:
                values.append(encoded[at : at + size])
            at += size
        elif tag & 7 == 0:
            _, at = _varint(encoded, at)
        else:
            at += 8 if tag & 7 == 1 else 4
    return values


def _varint(encoded: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = encoded[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
