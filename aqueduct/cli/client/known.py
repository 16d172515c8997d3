"""Names that the server knows, for a shell to complete."""

from collections.abc import Iterator
from contextlib import contextmanager

from aqueduct.cli.client.connection import Connection, connected
from aqueduct.cli.client.getting import backends, frontends, members_of
from aqueduct.cli.client.names import backend
from aqueduct.cli.commands.options import Server
from aqueduct.model.members import member_name


class Names:
    """Asks one server."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def of(cls, target: str, timeout: float) -> Iterator["Names"]:
        """Ask the server at `target`, each call for `timeout` seconds at most."""
        with connected(Server(target, timeout)) as connection:
            yield cls(connection)

    def resources(self) -> list[str]:
        """Return `KIND/KEY` of all frontends and backends."""
        found = [f"frontends/{each.key}" for each in frontends(self._connection)]
        return found + [f"backends/{key}" for key in self.backends()]

    def backends(self) -> list[str]:
        """Return the keys of all backends."""
        return [each.key for each in backends(self._connection)]

    def members(self, word: str) -> list[str]:
        """Return the members of a backend."""
        return [member_name(each) for each in members_of(self._connection, backend(word))]
