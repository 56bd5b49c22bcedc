"""How daemons are reached."""

from __future__ import annotations

import os
import pathlib
from dataclasses import dataclass

import grpc

#: Where the orchestrator is unless told otherwise.
DEFAULT = "http://127.0.0.1:50051"

#: Largest message in bytes, as the daemons have it.
MAX_MESSAGE = 16 * 1024 * 1024

_OPTIONS = [
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_send_message_length", MAX_MESSAGE),
]


@dataclass(frozen=True)
class Place:
    """An orchestrator, and who we are there.

    What is not given is taken from the variables that the command line reads: `ORCHESTRATOR_URL`,
    `CLAUDOOM_TOKEN_FILE`, `GRPC_TLS_CA`, `GRPC_TLS_CERT`, `GRPC_TLS_KEY`.
    """

    #: `host:port`, `http://host:port` or `https://host:port`.
    address: str | None = None
    #: A bearer token. It is sent only over https or within the machine.
    token: str | None = None
    #: Authorities (PEM) that the server's certificate must come from.
    ca: str | os.PathLike[str] | None = None
    #: Our certificate (PEM) and its key.
    cert: str | os.PathLike[str] | None = None
    key: str | os.PathLike[str] | None = None

    def channel(self) -> grpc.Channel:
        """A channel that connects with its first call, and again when the connection was lost."""
        address = self.address or os.environ.get("ORCHESTRATOR_URL") or DEFAULT
        scheme, found, host = address.rpartition("://")
        secure = found and scheme == "https"
        host = host.rstrip("/")
        if secure:
            channel = grpc.secure_channel(host, self._credentials(), _OPTIONS)
        else:
            channel = grpc.insecure_channel(host, _OPTIONS)
        token = self._token()
        if token is None:
            return channel
        if not secure and not _is_local(host):
            raise ValueError(f"the token would travel to {host} in the clear: write https:// in front of the address")
        return grpc.intercept_channel(channel, _Bearer(token))

    def _credentials(self) -> grpc.ChannelCredentials:
        def content(path, variable):
            path = path or os.environ.get(variable)
            return pathlib.Path(path).read_bytes() if path else None

        return grpc.ssl_channel_credentials(
            content(self.ca, "GRPC_TLS_CA"), content(self.key, "GRPC_TLS_KEY"), content(self.cert, "GRPC_TLS_CERT")
        )

    def _token(self) -> str | None:
        if self.token is not None:
            return self.token
        path = os.environ.get("CLAUDOOM_TOKEN_FILE")
        return pathlib.Path(path).read_text().strip() if path else None

    def __repr__(self) -> str:
        return f"Place(address={self.address!r}, token={'***' if self.token else None!r})"


def _is_local(host: str) -> bool:
    return host.startswith("unix:") or host.rpartition(":")[0].strip("[]") in {"localhost", "127.0.0.1", "::1"}


class _Details(grpc.ClientCallDetails):
    def __init__(self, of, metadata):
        self.method, self.timeout, self.credentials = of.method, of.timeout, of.credentials
        self.wait_for_ready, self.compression, self.metadata = of.wait_for_ready, of.compression, metadata


class _Bearer(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Puts the token into every call. Credentials of gRPC would refuse it on plain connections within the machine."""

    def __init__(self, token: str):
        self._entry = ("authorization", f"Bearer {token}")

    def _call(self, go_on, details, request):
        return go_on(_Details(details, [*(details.metadata or ()), self._entry]), request)

    intercept_unary_unary = _call
    intercept_unary_stream = _call
    intercept_stream_unary = _call
    intercept_stream_stream = _call
