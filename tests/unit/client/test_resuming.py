"""When to try again, and how long to wait before."""

import grpc
import pytest

from aqueduct.client.errors import CallError, Details, made
from aqueduct.client.methods import method
from aqueduct.client.resuming import PATIENCE, Resumption, Retries
from aqueduct.v1.backend_pb2 import DeleteBackendRequest, GetBackendRequest, PutBackendRequest
from aqueduct.v1.config_pb2 import ApplyRequest
from aqueduct.v1.haproxy_pb2 import ReloadRequest
from aqueduct.v1.registry_pb2 import DeregisterRequest, RegisterRequest


def _error(code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE, reason: str = "") -> CallError:
    return made(code, "", Details(reason=reason))


def test_pauses_of_a_call_grow_until_its_patience_is_over() -> None:
    retries = Retries(100.0, 60.0, is_safe=True)
    assert [retries.pause(_error(), 100.0) for _ in range(6)] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert retries.pause(_error(), 100.0 + PATIENCE - 0.5) is None


def test_a_call_ends_with_its_deadline() -> None:
    retries = Retries(100.0, 0.5, is_safe=True)
    assert retries.left(100.2) == pytest.approx(0.3)
    assert retries.left(101.0) == 0.0
    assert retries.pause(_error(), 100.1) == 0.1
    assert retries.pause(_error(), 100.4) is None


@pytest.mark.parametrize(
    ("code", "reason", "is_repeated"),
    [
        (grpc.StatusCode.UNAVAILABLE, "", True),
        (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN", True),
        (grpc.StatusCode.UNAVAILABLE, "HAPROXY_DOWN", False),
        (grpc.StatusCode.ABORTED, "", False),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "", False),
    ],
)
def test_only_who_is_away_is_asked_again(code: grpc.StatusCode, reason: str, is_repeated: bool) -> None:
    for is_safe in (True, False):
        pause = Retries(0.0, 9.0, is_safe=is_safe).pause(_error(code, reason), 0.0)
        assert (pause is not None) == (is_repeated and is_safe)


@pytest.mark.parametrize(
    ("name", "request_", "is_safe"),
    [
        ("BackendService/GetBackend", GetBackendRequest(), True),
        ("BackendService/PutBackend", PutBackendRequest(), True),
        ("BackendService/PutBackend", PutBackendRequest(expected_revision=0), False),
        ("BackendService/DeleteBackend", DeleteBackendRequest(), False),
        ("ConfigService/Apply", ApplyRequest(), False),
        ("HAProxyService/Reload", ReloadRequest(), False),
        ("RegistryService/Register", RegisterRequest(), True),
        ("RegistryService/Deregister", DeregisterRequest(), False),
    ],
)
def test_what_is_safe(name: str, request_: PutBackendRequest, is_safe: bool) -> None:
    assert method(name).is_safe(request_) == is_safe


def test_a_watch_that_was_answered_goes_on_for_as_long_as_it_takes() -> None:
    resumption = Resumption(0.0)
    assert resumption.pause(_error(), PATIENCE) is None
    resumption.answered()
    assert [resumption.pause(_error(), 1e6) for _ in range(7)] == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    resumption.answered()
    assert resumption.pause(_error(), 1e6) == 0.1


@pytest.mark.parametrize(
    ("code", "reason", "goes_on"),
    [
        (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN", True),
        (grpc.StatusCode.INTERNAL, "", True),
        (grpc.StatusCode.INTERNAL, "INTERNAL", False),
        (grpc.StatusCode.CANCELLED, "", True),
        (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", False),
    ],
)
def test_what_ends_a_watch(code: grpc.StatusCode, reason: str, goes_on: bool) -> None:
    assert (Resumption(0.0).pause(_error(code, reason), 0.0) is not None) == goes_on
