"""Small resources to store."""

from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, Member
from aqueduct.v1.common_pb2 import MODE_HTTP
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend


def frontend(key: str, *, backend: str = "app") -> Frontend:
    return Frontend(key=key, bind="127.0.0.1:8080", backend=backend, mode=MODE_HTTP)


def backend(key: str, *, port: int = 8001, natives: tuple[str, ...] = ()) -> Backend:
    members = [Member(host="127.0.0.1", port=port)]
    return Backend(key=key, type=BACKEND_TYPE_STATIC, mode=MODE_HTTP, members=members, natives=natives)


def put_backend(key: str, expected: int | None = None, *, port: int = 8001) -> Change:
    return put(backend(key, port=port), expected)


def put_frontend(key: str, expected: int | None = None) -> Change:
    return put(frontend(key), expected)


def delete_backend(key: str, expected: int | None = None) -> Change:
    return delete(Ref(Kind.BACKEND, key), expected)


def put_large(key: str, size: int) -> Change:
    """Put a backend that takes `size` bytes and a little more to store."""
    return put(backend(key, natives=("#" * size,)))
