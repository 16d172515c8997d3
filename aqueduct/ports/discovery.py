"""The Discovery port: sources that tell which members a service has."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from aqueduct.v1.backend_pb2 import Member


class Service(NamedTuple):
    """What members are asked for: a service in one version. Either may be empty, as in a backend."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class Listener(Protocol):
    """Whom a source tells what it knows. All of it is called in the event loop, and returns at once."""

    def found(self, service: Service, members: Sequence[Member], *, held: bool = False) -> None:
        """Take the source's whole answer for a service, in any order; maybe that there are none.

        The answer ends a trouble, with the service and of the source as a whole. With `held` the source
        holds members back that it has lost sight of, many at once, until `empty_grace` has passed: if none
        are left then, that was waited for. The messages are not changed afterwards.
        """
        ...

    def trouble(self, error: str, service: Service | None = None) -> None:
        """Take note that the source does not answer, for one service or (None) at all."""
        ...

    def well(self) -> None:
        """Take note that the source answers; what it has to say of services it tells besides."""
        ...


class Discovery(Protocol):
    """A source of members.

    It tells only of services that are followed, each at least once: at once where it knows, else as
    soon as it can. Members that did not change are equal to those told before, whatever renewed them.
    """

    @property
    def name(self) -> str:
        """What backends call the source in their field `discovery`."""
        ...

    def follow(self, service: Service) -> None:
        """Tell of `service` from now on. Does nothing where it is followed already."""
        ...

    def leave(self, service: Service) -> None:
        """Tell of `service` no more. Does nothing where it is not followed."""
        ...

    async def services(self) -> Mapping[Service, int]:
        """Return all services that it can tell of, followed or not, each with the number of its members.

        Empty where it cannot list them. It fails never: where it does not answer, they are as last told.
        """
        ...

    async def run(self, listener: Listener) -> None:
        """Tell `listener` of the services that are followed, until cancelled. It may be run again."""
        ...
