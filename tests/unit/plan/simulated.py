"""A HAProxy of one backend that obeys the commands of live changes, as far as servers tell."""

from dataclasses import dataclass, replace

from aqueduct.model.server_states import ServerState
from aqueduct.plan.live import has_check, weight_of
from aqueduct.plan.rows import ServerRow
from aqueduct.plan.server_lines import ServerLine, parse_server, take_apart
from aqueduct.render.image import Image
from tests.unit.plan.build import row


@dataclass(frozen=True)
class Server:
    """A server; `up` is what its check says."""

    line: ServerLine
    state: ServerState
    weight: int
    up: bool = True

    @property
    def serves(self) -> bool:
        return self.up and self.state is ServerState.READY

    def told(self) -> ServerRow:
        ip, _, port = self.line.address.rpartition(":")
        return row(self.line.name, ip, int(port), state=self.state, weight=self.weight)


class Simulated:
    """The servers of backend `app`, by name."""

    def __init__(self, image: Image) -> None:
        lines = filter(None, map(parse_server, take_apart(image.sections["backend app"]).lines))
        states = image.states_of("backend app")
        self.servers = {line.name: _loaded(line, states.get(line.name, ServerState.READY)) for line in lines}

    def rows(self) -> list[ServerRow]:
        return [server.told() for server in self.servers.values()]

    def obey(self, command: str) -> None:
        """Obey a command; AssertionError for what HAProxy would refuse."""
        match command.split(" "):
            case ["add", "server", target, *words]:
                line = parse_server(f"server {_name(target)} {' '.join(words)}")
                assert line is not None
                assert line.name not in self.servers
                self.servers[line.name] = Server(line, ServerState.MAINT, weight_of(line))
            case ["del", "server", target]:
                assert self.servers.pop(_name(target)).state is ServerState.MAINT
            case ["enable", "health", target]:
                assert has_check(self.servers[_name(target)].line)
            case ["set", "server", target, *words]:
                self._set(_name(target), words)
            case _:
                raise AssertionError(command)

    def _set(self, name: str, words: list[str]) -> None:
        server = self.servers[name]
        match words:
            case ["state", state]:
                self.servers[name] = replace(server, state=ServerState(state))
            case ["health", "down"]:
                assert has_check(server.line)
                self.servers[name] = replace(server, up=False)
            case ["weight", weight]:
                self.servers[name] = replace(server, weight=int(weight))
            case ["addr", ip, "port", port]:
                self.servers[name] = replace(server, line=replace(server.line, address=f"{ip}:{port}"))
            case _:
                raise AssertionError(words)


def _loaded(line: ServerLine, state: ServerState) -> Server:
    if state is ServerState.UNPROVEN:
        return Server(line, ServerState.READY, weight_of(line), up=not has_check(line))
    return Server(line, state, weight_of(line))


def _name(target: str) -> str:
    return target.removeprefix("app/")
