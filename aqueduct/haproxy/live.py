"""The Runtime port on the worker that serves: live changes, noted in its generation's journal first.

runtime.py opens with the theory of the connection, journal.py with that of the journal, servers.py with
that of the rows. This file only joins them.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from aqueduct.haproxy.directory import Directory
from aqueduct.haproxy.disk import disk_errors, on_disk
from aqueduct.haproxy.generations import Generation
from aqueduct.haproxy.journal import Entry, Journal
from aqueduct.haproxy.master import NoAnswer, NoSocket
from aqueduct.haproxy.runtime import Runtime
from aqueduct.haproxy.servers import gists, parse_servers
from aqueduct.haproxy.show_stat import parse_told
from aqueduct.model.server_states import ServerState, ServerStates
from aqueduct.plan.rows import ServerRow
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.ports.runtime import Gist, Noted, ServerTold
from aqueduct.render.sections import join

_LONG = 16 * 2**20
"""Bytes of a journal that is begun anew: more than most configurations have."""
_SERVERS = "show servers state"
_OF_SERVERS = 4
_STOPPING = "\nStopping: 1\n"
_NUMBER = re.compile(r"^(?P<number>\d+) (?P<name>\S+) ", re.MULTILINE)


class LiveRuntime:
    """The Runtime API of the HAProxy in a directory. `serving` tells the generation that serves."""

    def __init__(self, directory: Directory, serving: Callable[[], Generation | None]) -> None:
        self._runtime = Runtime(directory.path)
        self._journal = Journal(directory.path)
        self._generations = directory.generations
        self._cli = directory.cli
        self._serving = serving
        self._numbers: dict[str, str] = {}
        self._numbers_of: int | None = None  # the generation

    def intend(self, sections: Mapping[str, str], states: Mapping[str, ServerStates]) -> None:
        """Note, before commands are sent, what sections they are to lead to."""
        with disk_errors():
            self._journal.begin(self._generation(), sections, states)

    def confirm(self) -> None:
        """Note that what was intended last is what runs."""
        with disk_errors():
            self._journal.done(self._generation())

    async def condense(self, sections: Mapping[str, str], states: Mapping[str, ServerStates]) -> None:
        """Note what runs in place of all that was noted, where that is long."""
        generation = self._known()
        if await on_disk(self._journal.size, generation.number) < _LONG:
            return
        await on_disk(self._generations.rebase, generation.changed(join(sections)))
        await on_disk(self._journal.restart, generation.number, states)

    async def noted(self) -> list[Noted]:
        """Return what was noted since the worker that serves was loaded, in order.

        Nothing where it is not known what it runs.
        """
        generation = self._serving()
        if generation is None:
            return []
        try:
            return [_noted(entry) for entry in await on_disk(self._journal.read, generation.number)]
        except ValueError as error:
            raise HAProxyFailed(f"what was changed live cannot be read: {error}") from error

    async def send(self, commands: Sequence[str]) -> list[str]:
        """Send commands, in order; return an answer for each."""
        generation = self._generation()
        try:
            return await self._runtime.send(commands, generation)
        except NoSocket:
            return await self._by_way_of_the_master(commands, generation)

    async def _by_way_of_the_master(self, commands: Sequence[str], generation: int) -> list[str]:
        """Send commands one by one where somebody has removed the socket: a reload does not bring it back."""
        running = await self._cli.running()
        if running.generation != generation:
            raise NoAnswer(f"HAProxy runs generation {running.generation}, not {generation}")
        answers = [await self._cli.command(f"@!{running.worker} {command}") for command in commands]
        return [answer.rstrip("\n") for answer in answers]

    async def change(
        self, commands: Sequence[str], backends: Sequence[str]
    ) -> tuple[list[str], dict[str, list[ServerRow]]]:
        """Send commands, in order; return an answer for each, and the servers of `backends` after them."""
        generation = self._generation()
        *answers, info = await self.send([*commands, *_questions(backends), "show info"])
        if _STOPPING in info:  # the connection would stay with it, and the generation is the same
            raise NoAnswer("the worker that obeyed serves no more: HAProxy was reloaded by somebody else")
        return answers[: len(commands)], self._told_servers(generation, backends, answers[len(commands) :])

    async def servers(self, backends: Sequence[str]) -> dict[str, list[ServerRow]]:
        """Return the servers of `backends`, by name."""
        generation = self._generation()
        return self._told_servers(generation, backends, await self.send(_questions(backends)))

    async def survey(self) -> AsyncIterator[list[tuple[str, Gist]]]:
        """Iterate over all servers, some hundred at a time: each with its backend, backends in one piece."""
        (answer,) = await self.send([_SERVERS])
        for some in gists(answer):
            yield some

    async def told(self, backends: Sequence[str]) -> dict[str, dict[str, ServerTold]]:
        """Return what is told of the servers of `backends`, by the names of both."""
        numbers = self._numbers_known()
        unknown = [name for name in backends if name not in numbers]
        if unknown:
            await self.servers(unknown)
        known = [name for name in backends if name in numbers]
        answers = await self.send([f"show stat +{numbers[name]} {_OF_SERVERS} -1" for name in known])
        return {name: parse_told(answer) for name, answer in zip(known, answers, strict=True)}

    async def close(self) -> None:
        """Let go of the worker, as before a reload: a connection would keep it from ending."""
        await self._runtime.close()
        self._journal.close()

    def _told_servers(
        self, generation: int, backends: Sequence[str], answers: Sequence[str]
    ) -> dict[str, list[ServerRow]]:
        found: dict[str, list[ServerRow]] = {}
        for answer in answers:
            found |= parse_servers(answer)
        if generation == self._generation():  # else they are of the worker before: numbers may differ
            self._note_numbers(backends, answers)
        return found

    def _numbers_known(self) -> dict[str, str]:
        """Return the numbers of backends that are known, which hold for the life of a worker.

        By name, `show stat` might find the frontend. It takes a number for a name where a proxy has that; no
        name has a sign.
        """
        generation = self._generation()
        if self._numbers_of != generation:
            self._numbers_of, self._numbers = generation, {}
        return self._numbers

    def _note_numbers(self, backends: Sequence[str], answers: Sequence[str]) -> None:
        numbers = self._numbers_known()
        for name, answer in zip(backends, answers, strict=False):
            found = None if name in numbers else _NUMBER.search(answer)
            if found is not None and found["name"] == name:
                numbers[name] = found["number"]

    def _generation(self) -> int:
        return self._known().number

    def _known(self) -> Generation:
        generation = self._serving()
        if generation is None:
            raise HAProxyFailed("it is not known what HAProxy runs")
        return generation


def _questions(backends: Sequence[str]) -> list[str]:
    return [f"{_SERVERS} {name}" for name in backends]


def _noted(entry: Entry) -> Noted:
    """Return what an entry tells; ValueError where it knows states that are none."""
    return Noted(
        {header: text or "" for header, text in entry.sections.items()},
        {header: _states(servers) for header, servers in entry.states.items()},
        entry.done,
    )


def _states(servers: Mapping[str, str]) -> ServerStates:
    return {name: ServerState(state) for name, state in servers.items()}
