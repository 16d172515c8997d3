"""Messages that many streams send are written once, and no more of them is kept than is bounded."""

from aqueduct.rpc import shared
from aqueduct.rpc.shared import Shared
from aqueduct.v1.backend_pb2 import Backend


class Counting:
    """Serialises, and counts it."""

    def __init__(self) -> None:
        self.written = 0

    def __call__(self, backend: Backend) -> bytes:
        self.written += 1
        return backend.SerializeToString()


def test_a_message_is_written_once() -> None:
    write = Counting()
    written = Shared(write, len)
    backend, equal = Backend(key="app"), Backend(key="app")
    assert written(backend) is written(backend)
    assert write.written == 1
    assert written(equal) == written(backend)
    assert write.written == 2


def test_the_last_few_are_kept() -> None:
    write = Counting()
    written = Shared(write, len)
    backends = [Backend(key=str(number)) for number in range(100)]
    for backend in backends:
        written(backend)
    written(backends[-1])
    assert write.written == 100
    written(backends[0])
    assert write.written == 101
    assert len(written._known) == shared._KEPT


def test_fewer_where_they_are_large() -> None:
    write = Counting()
    written = Shared(write, len)
    large = [Backend(key="x" * shared._KEPT_SIZE) for _ in range(3)]
    for backend in large:
        assert written(backend) is written(backend)
        assert len(written._known) == 1
    small = [Backend(key=str(number)) for number in range(10)]
    for backend in small:
        written(backend)
    assert len(written._known) == len(small)
    assert written._size == sum(len(written(backend)) for backend in small)
