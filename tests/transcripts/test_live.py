"""What of a change is made live, and by which commands: replayed from live.txt.

Each case is a title and three parts. `running` and `desired` are a section as HAProxy runs it and is to
run it, a server's state behind a `#`; `plan` are the commands, or the reason why only a reload will do.
`pytest tests/transcripts --rewrite-golden` writes the plans anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from aqueduct.model.capabilities import Capabilities
from aqueduct.model.server_states import ServerState
from aqueduct.plan.live import Ability, NotLive, commands
from aqueduct.render.image import Image
from aqueduct.render.sections import split_sections

FILE = Path(__file__).with_name("live.txt")
CAPABILITIES = Capabilities(
    "2.8",
    shares_names=True,
    dynamic_keywords=frozenset(
        {"check", "inter", "weight", "maxconn", "agent-check", "agent-port", "backup"}
    ),
    dynamic_balance=frozenset({"roundrobin", "leastconn", "random", "source/consistent"}),
)


@dataclass(frozen=True)
class Case:
    title: str
    running: str
    desired: str
    plan: str

    def __str__(self) -> str:
        return f"# {self.title}\n== running\n{self.running}== desired\n{self.desired}== plan\n{self.plan}"


def cases() -> Iterator[Case]:
    for text in FILE.read_text().split("\n# "):
        title, _, rest = text.removeprefix("# ").partition("\n== running\n")
        running, _, rest = rest.partition("== desired\n")
        desired, _, plan = rest.partition("== plan\n")
        yield Case(title, running, desired, plan.rstrip("\n") + "\n")


def image(text: str) -> Image:
    """Return the image that `text` spells, its servers' states read off the comments."""
    header = next(header for header in split_sections(text) if not header.startswith("defaults"))
    states = {
        line.split()[1]: ServerState(line.rpartition("# ")[2])
        for line in text.splitlines()
        if line.lstrip().startswith("server ") and "# " in line
    }
    plain = "".join(f"{line.partition(' #')[0]}\n" for line in text.splitlines())
    return Image(split_sections(plain), {header: states} if states else {})


def plan_of(case: Case) -> str:
    running, desired = image(case.running), image(case.desired)
    header = next(header for header in desired.sections if not header.startswith("defaults"))
    try:
        return "".join(
            f"{line}\n" for line in commands(header, running, desired, Ability(CAPABILITIES, desired))
        )
    except NotLive as reason:
        return f"reload: {reason}\n"


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.title)
def test_the_plan_is_as_written(case: Case, rewrite: bool) -> None:
    assert rewrite or plan_of(case).rstrip("\n") == case.plan.rstrip("\n")


def test_rewriting(rewrite: bool) -> None:
    if rewrite:
        made = [str(Case(case.title, case.running, case.desired, plan_of(case))) for case in cases()]
        FILE.write_text("\n".join(made))
