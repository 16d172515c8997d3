"""How both clients connect: token, TLS, deadlines; and calls that are made again, by a server of our own."""
# ruff: noqa: N802, ARG002 # the methods are the API's

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import grpc
import pytest

from aqueduct.client import (
    AsyncClient,
    CallError,
    Client,
    Deadlines,
    NotFound,
    Tls,
    Unavailable,
)
from aqueduct.client.errors import call_error
from aqueduct.client.methods import METHODS
from aqueduct.client.options import metadata
from aqueduct.client.pages import items
from aqueduct.v1.backend_pb2 import Backend, GetBackendRequest, GetBackendResponse
from aqueduct.v1.backend_pb2_grpc import BackendServiceServicer, add_BackendServiceServicer_to_server


class Backends(BackendServiceServicer):
    """Fails by `codes`, one after the other, then answers; notes what it is asked with."""

    def __init__(self) -> None:
        self.codes: list[grpc.StatusCode] = []
        self.calls = 0
        self.metadata: dict[str, Any] = {}
        self.seconds = 0.0

    def GetBackend(self, request: GetBackendRequest, context: grpc.ServicerContext) -> GetBackendResponse:
        self._note(context)
        return GetBackendResponse(backend=Backend(key=request.key))

    def DeleteBackend(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        self.codes = self.codes or [grpc.StatusCode.UNAVAILABLE]
        self._note(context)
        raise AssertionError

    def _note(self, context: grpc.ServicerContext) -> None:
        self.calls += 1
        self.metadata = dict(context.invocation_metadata())
        self.seconds = context.time_remaining() or 0.0
        if self.codes:
            context.abort(self.codes.pop(0), "as it was told")


@pytest.fixture
def backends() -> Backends:
    return Backends()  # type: ignore[abstract] # the others are not called


def _serving(backends: Backends) -> grpc.Server:
    server = grpc.server(ThreadPoolExecutor(1))
    add_BackendServiceServicer_to_server(backends, server)
    return server


@pytest.fixture
def target(backends: Backends) -> Iterator[str]:
    server = _serving(backends)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture
def tls(backends: Backends, tmp_path: Path) -> Iterator[tuple[str, Tls]]:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
    ]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *names], check=True, capture_output=True)
    server = _serving(backends)
    pair = [(key.read_bytes(), certificate.read_bytes())]
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials(pair))
    server.start()
    yield f"localhost:{port}", Tls(roots=certificate.read_bytes())
    server.stop(None).wait()


def test_what_is_safe_is_made_again(target: str, backends: Backends) -> None:
    backends.codes = [grpc.StatusCode.UNAVAILABLE]
    with Client(target) as client:
        assert client.get_backend("a").key == "a"
    assert backends.calls == 2


async def test_what_is_safe_is_made_again_by_asyncio(target: str, backends: Backends) -> None:
    backends.codes = [grpc.StatusCode.UNAVAILABLE]
    async with AsyncClient(target) as client:
        assert (await client.get_backend("a")).key == "a"
    assert backends.calls == 2


def test_a_deletion_is_not_made_again(target: str, backends: Backends) -> None:
    with Client(target) as client, pytest.raises(Unavailable, match="as it was told") as caught:
        client.delete_backend("a")
    assert caught.value.reason == ""
    assert backends.calls == 1


async def test_other_errors_are_not_repeated(target: str, backends: Backends) -> None:
    backends.codes = [grpc.StatusCode.NOT_FOUND, grpc.StatusCode.DATA_LOSS]
    async with AsyncClient(target) as client:
        with pytest.raises(NotFound):
            await client.get_backend("a")
        with pytest.raises(CallError, match="DATA_LOSS: as it was told"):
            await client.get_backend("a")
    assert backends.calls == 2


def test_deadlines(target: str, backends: Backends) -> None:
    with Client(target, deadlines=Deadlines(read=33.0)) as client:
        client.get_backend("a")
        assert 20 < backends.seconds < 40
        client.get_backend("a", deadline=900.0)
        assert 800 < backends.seconds < 1_000


def test_the_token_goes_with_each_call(target: str, backends: Backends) -> None:
    with Client(target, token="secret") as client:  # noqa: S106 # none of ours
        client.get_backend("a")
    assert backends.metadata["authorization"] == "Bearer secret"


def test_tls(tls: tuple[str, Tls], backends: Backends) -> None:
    target, trusted = tls
    with Client(target, tls=trusted, token="secret") as client:  # noqa: S106 # none of ours
        assert client.get_backend("a").key == "a"
    assert backends.metadata["authorization"] == "Bearer secret"


async def test_tls_that_nobody_vouches_for(tls: tuple[str, Tls]) -> None:
    target, _ = tls
    async with AsyncClient(target, tls=True) as client:
        with pytest.raises(CallError):
            await client.get_backend("a", deadline=0.5)


@pytest.mark.parametrize(
    "target", ["127.0.0.1:1", "[::1]:1", "localhost:1", "unix:/run/a.sock", "dns:///localhost:1"]
)
def test_a_token_for_this_machine_needs_no_tls(target: str) -> None:
    assert metadata(target, "t", is_secure=False) == (("authorization", "Bearer t"),)


@pytest.mark.parametrize("target", ["example.org:1", "10.0.0.1:1", "localhost.example.org:1"])
def test_a_token_does_not_leave_the_machine_in_the_clear(target: str) -> None:
    with pytest.raises(ValueError, match="without TLS"):
        Client(target, token="t")  # noqa: S106 # none of ours
    assert metadata(target, "t", is_secure=True)
    assert metadata(target, None, is_secure=False) == ()


class _Foreign:
    """An error of a server that is no Aqueduct."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.INTERNAL

    def details(self) -> None:
        return None

    def trailing_metadata(self) -> list[tuple[str, bytes]]:
        return [("grpc-status-details-bin", b"\xff\xff")]


def test_details_that_are_none() -> None:
    error = call_error(_Foreign())
    assert (str(error), error.reason, error.resource) == ("INTERNAL: ", "", None)


def test_what_is_no_list_has_no_items() -> None:
    with pytest.raises(TypeError, match="GetBackendResponse is no list"):
        items(GetBackendResponse())


def test_all_methods_are_known() -> None:
    assert len(METHODS) > 30
