"""The journal of live changes, cut off and begun anew at whatever moment."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aqueduct.haproxy.generations import Generations
from aqueduct.haproxy.journal import Entry, Journal, States, path_of

ODD = "backend app\n    server caf\u00e9 \udcff\u2028\x85 # \"'\\\n"
ONE = Entry({"backend one": "backend one\n"}, {"backend one": {"a": "drain"}}, done=True)
TWO = Entry({"backend two": ODD, "backend one": "backend one\n    x\n"}, {}, done=True)
BEGUN = Entry({"backend three": None}, {"backend three": {}}, done=False)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Return the journal of a directory that knows generation 1."""
    Generations(tmp_path).add("")
    made = Journal(tmp_path)
    yield made
    made.close()


def note(journal: Journal, generation: int, *entries: Entry) -> None:
    for entry in entries:
        journal.begin(generation, entry.sections, entry.states)
        if entry.done:
            journal.done(generation)


def live(directory: Path, generation: int = 1) -> Path:
    return path_of(directory / "generations", generation)


def folded(entries: list[Entry]) -> tuple[dict[str, str | None], dict[str, object]]:
    """Return what entries lead to."""
    sections: dict[str, str | None] = {}
    states: dict[str, object] = {}
    for entry in entries:
        sections |= entry.sections
        states |= entry.states
    return sections, states


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """Have every file of this process be full at `size` bytes: a write is cut short there, the next fails."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_changes_are_told_in_their_order_and_as_they_were(journal: Journal, tmp_path: Path) -> None:
    note(journal, 1, ONE, TWO, BEGUN)
    assert journal.read(1) == Journal(tmp_path).read(1) == [ONE, TWO, BEGUN]


def test_a_change_without_its_mark_is_not_known_to_be_done(journal: Journal) -> None:
    note(journal, 1, ONE)
    journal.begin(1, TWO.sections, TWO.states)
    assert [entry.done for entry in journal.read(1)] == [True, False]
    journal.done(1)
    assert journal.read(1) == [ONE, TWO]


def test_a_mark_is_for_all_that_was_begun(journal: Journal) -> None:
    note(journal, 1, BEGUN, BEGUN)
    journal.done(1)
    assert [entry.done for entry in journal.read(1)] == [True, True]


def test_a_generation_without_a_journal_has_no_changes(journal: Journal, tmp_path: Path) -> None:
    assert journal.read(1) == []
    assert journal.size(1) == 0
    assert Journal(tmp_path / "none").read(1) == []


def test_wherever_it_was_cut_off_what_stands_before_is_told(journal: Journal, tmp_path: Path) -> None:
    note(journal, 1, ONE, TWO)
    content = live(tmp_path).read_bytes()
    ends = [end + 1 for end, byte in enumerate(content) if byte == ord("\n")]
    begun = [Entry(entry.sections, entry.states, done=False) for entry in (ONE, TWO)]
    told = {0: [], ends[0]: begun[:1], ends[1]: [ONE], ends[2]: [ONE, begun[1]], ends[3]: [ONE, TWO]}
    for size in range(len(content) + 1):
        live(tmp_path).write_bytes(content[:size])
        assert journal.read(1) == told[max(end for end in told if end <= size)]


def test_it_goes_on_behind_a_line_that_was_cut_off(journal: Journal, tmp_path: Path) -> None:
    note(journal, 1, ONE, TWO)
    journal.close()
    content = live(tmp_path).read_bytes()
    ends = [end + 1 for end, byte in enumerate(content) if byte == ord("\n")]
    for size, before in ((ends[0] - 1, []), (ends[2] - 1, [ONE])):
        live(tmp_path).write_bytes(content[:size])
        note(journal, 1, TWO, BEGUN)
        assert journal.read(1) == [*before, TWO, BEGUN]
        journal.close()


def test_each_generation_has_its_own(journal: Journal, tmp_path: Path) -> None:
    journal.begin(1, ONE.sections, ONE.states)
    note(journal, 2, BEGUN)
    journal.done(1)
    note(journal, 1, TWO)
    assert journal.read(1) == [ONE, TWO]
    assert journal.read(2) == [BEGUN]
    for number in (1, 2):
        assert journal.size(number) == live(tmp_path, number).stat().st_size > 0
    assert journal.size(1) > journal.size(2)


def test_it_is_begun_anew_with_the_states_that_the_text_cannot_say(journal: Journal, tmp_path: Path) -> None:
    note(journal, 1, *[ONE, TWO] * 50)
    long = journal.size(1)
    states: States = {"backend one": {"a": "drain"}, "backend two": {}}
    journal.restart(1, states)
    assert journal.size(1) < long / 50
    assert journal.read(1) == [Entry({}, states, done=True)]
    note(journal, 1, TWO, BEGUN)
    assert journal.read(1) == Journal(tmp_path).read(1) == [Entry({}, states, done=True), TWO, BEGUN]
    assert [path.name for path in (tmp_path / "generations").iterdir() if path.suffix == ".new"] == []


def test_a_change_that_is_told_twice_is_still_the_same(journal: Journal) -> None:
    note(journal, 1, ONE, TWO)
    told = journal.read(1)
    assert folded([*told, *told]) == folded(told)
    note(journal, 1, *told)
    assert folded(journal.read(1)) == folded(told)


def test_what_a_full_disk_took_of_a_change_is_cut_off(journal: Journal, tmp_path: Path) -> None:
    note(journal, 1, ONE)
    size = journal.size(1)
    for room in (1, 5, 20):
        with full_at(size + room), pytest.raises(OSError, match="File too large"):
            journal.begin(1, TWO.sections, TWO.states)
        assert journal.size(1) == size + room
        assert journal.read(1) == [ONE]
    journal.begin(1, TWO.sections, TWO.states)
    assert journal.read(1) == Journal(tmp_path).read(1) == [ONE, Entry(TWO.sections, TWO.states, done=False)]
    journal.done(1)
    assert journal.read(1) == [ONE, TWO]


def test_what_a_full_disk_took_of_a_mark_is_none(journal: Journal) -> None:
    journal.begin(1, ONE.sections, ONE.states)
    with full_at(journal.size(1) + 3), pytest.raises(OSError, match="File too large"):
        journal.done(1)
    assert [entry.done for entry in journal.read(1)] == [False]
    journal.done(1)
    assert journal.read(1) == [ONE]


def test_a_full_disk_leaves_the_journal_that_was_to_begin_anew(journal: Journal, tmp_path: Path) -> None:
    note(journal, 1, ONE, TWO)
    with full_at(10), pytest.raises(OSError, match="File too large"):
        journal.restart(1, {"backend one": {"a": "drain"}})
    assert journal.read(1) == [ONE, TWO]
    assert sorted(path.name for path in (tmp_path / "generations").iterdir()) == ["1.cfg", "1.live"]
    note(journal, 1, BEGUN)
    assert journal.read(1) == [ONE, TWO, BEGUN]


def test_a_directory_that_is_missing_is_an_error_of_the_system(journal: Journal, tmp_path: Path) -> None:
    aside = (tmp_path / "generations").rename(tmp_path / "aside")
    with pytest.raises(FileNotFoundError):
        note(journal, 1, ONE)
    aside.rename(tmp_path / "generations")
    note(journal, 1, ONE)
    assert journal.read(1) == [ONE]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\xfe",
        b"backend app",
        b"[]",
        b"1",
        b"null",
        b"{}",
        b'{"done":false}',
        b'{"sections":{}}',
        b'{"sections":[],"states":{}}',
        b'{"sections":{},"states":{"backend app":"drain"}}',
    ],
)
def test_what_is_no_journal_is_told_as_such(journal: Journal, tmp_path: Path, line: bytes) -> None:
    live(tmp_path).write_bytes(b'{"done":true}\n' + line + b"\n")
    with pytest.raises(ValueError):  # noqa: PT011 - its text is that of the decoder, or has the line
        journal.read(1)


def test_an_error_shows_the_beginning_of_a_long_line(journal: Journal, tmp_path: Path) -> None:
    live(tmp_path).write_bytes(b'{"' + b"x" * 10_000 + b'":1}\n')
    with pytest.raises(ValueError, match=r"no line of a journal: .\'\{\"x{78}\'$"):
        journal.read(1)


def test_it_goes_with_its_generation(journal: Journal, tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    for _ in range(3):
        generations.add("")
    for number in range(1, 5):
        note(journal, number, ONE)
    generations.keep([2])
    assert [journal.read(number) for number in range(1, 5)] == [[], [ONE], [], [ONE]]
    note(journal, 4, TWO)
    generations.keep([])
    assert journal.read(2) == []
    assert journal.read(4) == [ONE, TWO]
