"""The directory of an HAProxy: what lies in it, and what of it the next worker reads.

    haproxy.cfg       what HAProxy runs         bin/DIGEST/      the binary it runs, and its libraries
    server-state      what its servers were     generations/     texts of the generations that run
    haproxy.log       all that it writes        master.sock, worker.sock

Methods write to disk: not to be called in the event loop.
"""

from collections.abc import Callable
from pathlib import Path

from aqueduct.haproxy import check, preamble, state
from aqueduct.haproxy.generations import Generation, Generations
from aqueduct.haproxy.journal import States
from aqueduct.haproxy.master import MasterCLI
from aqueduct.haproxy.output import Output


def made(path: Path) -> Path:
    """Make a directory if it is not there; return it without symbolic links, as the kernel names it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.resolve()


class Directory:
    """One HAProxy's directory."""

    def __init__(
        self,
        path: Path,
        extra: preamble.Extra = preamble.NO_EXTRA,
        on_install: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`extra` is what Aqueduct's lines say; `on_install` is told what HAProxy's file says."""
        check.remove_leftovers(path)
        self.path = path
        self.extra = extra
        self.generations = Generations(path, extra, on_install)
        self.output = Output(self.path / "haproxy.log")
        self.cli = MasterCLI(self.path)

    def keep(self, body: str, states: States, above: int = 0) -> tuple[Generation, int]:
        """Keep the next generation, `above` one; return it and where HAProxy's output ends."""
        return self.generations.add(body, states, above), self.output.cut()

    def prepare(self, generation: Generation, servers: str = state.EMPTY) -> None:
        """Have the next worker read `generation`, and its servers' states from `servers`."""
        state.write(self.path, servers)
        self.generations.install(generation)

    def rest(self, servers: str) -> None:
        """Have later workers take over what `servers` says, in place of what was for the last one."""
        state.write(self.path, servers)
