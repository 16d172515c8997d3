"""What changes of a backend lead to, step by step: replayed from changes.txt.

Each case is a title behind `#`, what is `given`, with all checks passed, and steps. A step is a line behind
`$`, such as

    $ put 10.0.0.1:80 10.0.0.2:80*5 {balance: leastconn}     a static backend; `*5` is a weight
    $ dynamic {version: "1"}                                 a dynamic backend
    $ version 2 {minHealthy: 1}                              SetBackendVersion, with a switch policy
    $ discover 1 10.0.0.1:80                                 discovery tells the members of a version
    $ passes 10.0.0.2:80     $ fails 10.0.0.2:80             a check passes (no more)
    $ ends 10.0.0.1:80       $ wait 60                       the last session is over; seconds
    $ state 10.0.0.1:80 drain                                SetMemberState: ready, drain or maint
    $ weight 10.0.0.1:80 7                                   SetMemberWeight; without a weight: back

and what it leads to below: `members` with their phases and `switch` where there is more to tell than that the
members serve; the lines that differ in HAProxy's configuration; then what an apply does: Runtime API
commands behind `>`, a reload with its reason, or nothing.

`pytest tests/transcripts --rewrite-golden` writes what steps lead to anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.transcripts.changes import Stage

FILE = Path(__file__).with_name("changes.txt")


@dataclass(frozen=True)
class Case:
    title: str
    text: str
    """Steps, and what they lead to."""

    def replayed(self) -> "Case":
        stage, made = Stage(), []
        for line in self.text.splitlines():
            if line.startswith("given "):
                made.append(f"{line}\n")
                stage.step(line.removeprefix("given "))
                stage.settle()
            elif line.startswith("$ "):
                made += [f"{line}\n", stage.step(line.removeprefix("$ "))]
        return Case(self.title, "".join(made))


def cases() -> Iterator[Case]:
    for text in FILE.read_text().removeprefix("# ").split("\n# "):
        title, _, rest = text.partition("\n")
        yield Case(title, rest.rstrip("\n") + "\n")


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.title)
def test_changes_lead_to_what_is_written(case: Case, rewrite: bool) -> None:
    assert rewrite or case.replayed().text == case.text


def test_rewriting(rewrite: bool) -> None:
    if rewrite:
        made = [f"# {case.title}\n{case.text}" for case in (case.replayed() for case in cases())]
        FILE.write_text("\n".join(made))
