"""The applier: brings HAProxy from what it runs to what is desired, by the cheapest means that will do.

It knows what runs, whatever failed: `running` is changed only after HAProxy has proved to run it, and is
emptied where that is not known. A live change is noted before its commands are sent, and read back
after; what HAProxy refuses, or tells otherwise, falls through to one reload.

    intend --> send --> answers right? --> servers as wanted? --> confirm
                  `---------- no ----------------- no ------> reload

The file lags behind live changes for LAG at most: the reconciler has it written down then.
Invariant: whoever tells HAProxy anything holds `turn`, but for mere questions.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence

import structlog

from aqueduct.errors import AqueductError
from aqueduct.plan.plan import Live, Reload, Step, plan
from aqueduct.plan.rows import ServerRow
from aqueduct.plan.states import at_rest, over_reload
from aqueduct.plan.summary import summary
from aqueduct.plan.verify import disagreements, is_accepted
from aqueduct.ports.haproxy import HAProxy, HAProxyEnded, HAProxyFailed
from aqueduct.ports.runtime import Runtime
from aqueduct.render.image import Image
from aqueduct.render.rendered import Rendered
from aqueduct.render.sections import join, split_sections
from aqueduct.v1.apply_pb2 import APPLY_KIND_NOTHING, APPLY_KIND_RELOAD, APPLY_KIND_RUNTIME, ApplyKind

log = structlog.get_logger()

LAG = 1.0
"""Seconds that HAProxy's file may lag behind what was changed live."""
_DELETIONS = 0.3
"""Seconds that connections of a removed server may take to close: they are idle ones."""
_PAUSE = 0.003
_TRIES = 10
"""Deletions that are tried before the server enters maintenance once more."""
_BUSY = "still has connections"


class Applier:
    """What HAProxy runs, and the way to have it run something else."""

    def __init__(self, haproxy: HAProxy, runtime: Runtime) -> None:
        self._haproxy = haproxy
        self._runtime = runtime
        self.turn = asyncio.Lock()
        """Held by whoever changes HAProxy."""
        self._files = asyncio.Lock()  # held, outside of `turn`, by whoever writes HAProxy's files
        self.running = Image()
        """What HAProxy runs; empty while it is down, and where that is not known."""
        self.rendered: Rendered | None = None
        """From what `running` was rendered; None where it was not."""
        self.is_lagging = False
        """Whether HAProxy's file is not what runs."""
        self.loads = 0
        """How many workers were started or reloaded to."""
        self._doubt = ""  # why it is not known what runs, while HAProxy does

    async def adopt(self) -> bool:
        """Take over the HAProxy that runs; return whether there is one."""
        body = await self._haproxy.adopt()
        if body is None:
            return False
        try:
            self.running = await self._changed_live(split_sections(body))
        except (HAProxyFailed, AqueductError) as error:
            self.forget(f"it is not known what HAProxy runs: {error}")
        self.is_lagging = True  # its states may be those for a reload that its Aqueduct did not survive
        return True

    async def apply(self, rendered: Rendered) -> tuple[ApplyKind, str]:
        """Have HAProxy run `rendered`; return the means, and why it took a reload, or what changed without.

        Errors: those of HAProxy.reload. HAProxy runs what it did before then, or that is not known.
        """
        async with self.turn:
            step = self._step(rendered)
            match step:
                case Reload():
                    reason = step.reason
                case Live():
                    fault = await self._change(step.commands, rendered)
                    if fault is None:
                        self._take(rendered, is_lagging=True)
                        is_change = any(step.commands.values())
                        kind = APPLY_KIND_RUNTIME if is_change else APPLY_KIND_NOTHING
                        return kind, summary(step.commands)
                    reason = fault
                case _:
                    self.running, self.rendered = rendered.image, rendered
                    return APPLY_KIND_NOTHING, ""
        await self.reload(rendered)
        return APPLY_KIND_RELOAD, reason

    def reloads(self, rendered: Rendered) -> bool:
        """Tell whether `rendered` needs a reload."""
        return isinstance(self._step(rendered), Reload)

    async def start(self, rendered: Rendered) -> None:
        """Start HAProxy on `rendered`."""
        async with self._files, self.turn:
            image = rendered.image
            await self._haproxy.start(rendered.text, at_rest(image), image.states)
            self._take(rendered, is_lagging=False)

    async def reload(self, rendered: Rendered) -> None:
        """Have a new worker run `rendered`."""
        image = rendered.image
        async with self._files, self.turn:
            try:
                servers = over_reload(self.running, image, rendered.changed_since(self.running))
                await self._haproxy.reload(rendered.text, servers, at_rest(image), image.states)
            except AqueductError:
                # With nothing known to run, the next apply is a reload, and settles it.
                self.forget("HAProxy did not tell what became of a reload")
                raise
            except HAProxyFailed:
                self.is_lagging = bool(self.running)
                raise
            self._take(rendered, is_lagging=False)

    def forget(self, doubt: str = "") -> None:
        """Note that HAProxy runs no more, or, for the reason `doubt`, that it is not known what it runs."""
        self.running, self._doubt = Image(), doubt

    async def write_down(self) -> None:
        """Make HAProxy's file what runs, and its state file what a fresh HAProxy has to know of it."""
        async with self._files:
            running = self.running
            self.is_lagging = False
            if not running:
                return
            try:
                await self._haproxy.write_down(join(running.sections), at_rest(running))
                async with self.turn:
                    if self.running:
                        await self._runtime.condense(self.running.sections, self.running.states)
            except HAProxyEnded:
                return  # the next start writes it
            except (HAProxyFailed, AqueductError) as error:
                log.warning("HAProxy's file is not what it runs", error=str(error))
                self.is_lagging = True

    def _step(self, rendered: Rendered) -> Step:
        if not self.running:
            return Reload(self._doubt or "it is not known what HAProxy runs")
        changed = rendered.changed_since(self.running)
        return plan(self.running, rendered.image, self._haproxy.capabilities, changed)

    def _take(self, rendered: Rendered, *, is_lagging: bool) -> None:
        if not is_lagging:
            self.loads += 1
        self.running, self.rendered, self.is_lagging = rendered.image, rendered, is_lagging

    async def _change(self, commands: Mapping[str, Sequence[str]], rendered: Rendered) -> str | None:
        """Send the commands of a live change; return what is wrong with what came of it."""
        image = rendered.image
        sections = {header: image.sections[header] for header in commands}
        try:
            self._runtime.intend(sections, {header: image.states_of(header) for header in commands})
            fault = await self._make({header: of for header, of in commands.items() if of}, image)
            if fault is None:
                self._runtime.confirm()
        except HAProxyEnded:
            raise
        except (HAProxyFailed, AqueductError) as error:
            fault = f"the change could not be made live: {error}"
        if fault is not None:
            log.warning("a live change falls through to a reload", reason=fault)
        return fault

    async def _make(self, commands: Mapping[str, Sequence[str]], image: Image) -> str | None:
        """Send commands, and compare what HAProxy tells then; the last go together with the question."""
        stages = list(_stages([command for of_section in commands.values() for command in of_section]))
        names = [_name(header) for header in commands]
        rows: Mapping[str, Sequence[ServerRow]] = {}
        for number, stage in enumerate(stages, 1):
            asked = names if number == len(stages) else []
            answers, rows = await self._runtime.change(stage, asked)
            refused = [pair for pair in zip(stage, answers, strict=True) if not is_accepted(*pair)]
            for command, answer in refused:
                is_busy = command.startswith("del server ") and _BUSY in answer
                if not is_busy or not await self._deleted(command):
                    return f"HAProxy refused {command!r}: {answer.strip()}"
            if refused and asked:
                rows = await self._runtime.servers(names)
        return _disagreement(commands, image, rows)

    async def _deleted(self, command: str) -> bool:
        """Repeat a deletion until the server's idle connections are closed.

        HAProxy closes those that there are when a server enters maintenance. One that a request gives back
        afterwards would last for seconds: so it enters again, by way of a drain.
        """
        server = command.removeprefix("del server ")
        enters = [f"set server {server} state {state}" for state in ("drain", "maint")]
        for attempt in range(round(_DELETIONS / _PAUSE)):
            await asyncio.sleep(_PAUSE)
            *_, answer = await self._runtime.send([*([] if attempt % _TRIES else enters), command])
            if is_accepted(command, answer):
                return True
        return False

    async def _changed_live(self, sections: Mapping[str, str]) -> Image:
        """Return what runs: the text that was loaded, and what was changed live since.

        What was begun and not confirmed is told by what HAProxy has; where that is neither, it is taken for
        unknown, and the next apply reloads.
        """
        image = Image(sections)
        for entry in await self._runtime.noted():
            known = {**image.sections, **entry.sections}, {**image.states, **entry.states}
            after = Image({name: text for name, text in known[0].items() if text}, known[1])
            if not entry.is_done:
                after = await self._settled(image, after, entry.sections)
            image = after
        return image

    async def _settled(self, before: Image, after: Image, headers: Mapping[str, str]) -> Image:
        sections, states = dict(before.sections), dict(before.states)
        rows = await self._runtime.servers([_name(header) for header in headers]) if headers else {}
        for header in headers:
            if _disagreement([header], after, rows) is None:
                sections[header] = after.sections[header]
                states[header] = after.states_of(header)
            elif header not in before.sections or _disagreement([header], before, rows) is not None:
                sections[header] = ""
        return Image(sections, states)


def _disagreement(
    headers: Iterable[str], image: Image, rows: Mapping[str, Sequence[ServerRow]]
) -> str | None:
    for header in headers:
        found = disagreements(header, image, rows.get(_name(header), []))
        if found:
            return f"{header} is not as it was changed: {found[0]}"
    return None


def _name(header: str) -> str:
    return header.partition(" ")[2]


def _stages(commands: Sequence[str]) -> Iterator[list[str]]:
    """Iterate over what is sent at once: those who come, and only once HAProxy took them those who go."""
    words = [command.split(" ") for command in commands]
    added = {word[2] for word in words if word[:2] == ["add", "server"]}
    first = [command for command, word in zip(commands, words, strict=True) if added.intersection(word[2:4])]
    coming = set(first)
    for stage in (first, [command for command in commands if command not in coming]):
        if stage:
            yield stage
