"""How load went, in compact arrays."""

import pytest

from aqueduct.model.stats import history as histories
from aqueduct.model.stats.history import History
from aqueduct.model.stats.lines import LineKind, LineName, Reading
from aqueduct.model.times import timestamp
from aqueduct.v1.stats_pb2 import RateStats, StatsPoint

from .build import BACKEND, FRONTEND, OTHER, SERVER, line, reading


def take(history: History, taken: Reading) -> int:
    """Take it all; return how many pauses there were."""
    return len(list(history.taking(taken)))


def test_points_tell_how_something_fared() -> None:
    history = History(300.0)
    take(history, reading(10.0, line(SERVER, scur=1, qcur=2)))
    take(history, reading(15.0, line(SERVER, "DOWN", scur=3, stot=10, hrsp_2xx=5)))
    assert history.points([SERVER], 0.0) == {
        SERVER: [
            StatsPoint(time=timestamp(10.0), sessions=1, queue=2, up=1),
            StatsPoint(time=timestamp(15.0), sessions=3, rates=RateStats(sessions=2.0, requests=1.0)),
        ]
    }
    assert [point.sessions for point in history.points([SERVER], 11.0)[SERVER]] == [3]
    assert history.points([OTHER], 0.0) == {OTHER: []}


def test_up_counts_members() -> None:
    history = History(300.0)
    take(history, reading(1.0, line(FRONTEND, "OPEN"), line(BACKEND, act=3, bck=1), line(SERVER, "UP 1/2")))
    points = history.points([FRONTEND, BACKEND, SERVER], 0.0)
    assert {name.kind: of[0].up for name, of in points.items()} == {
        LineKind.FRONTEND: 0,
        LineKind.BACKEND: 4,
        LineKind.SERVER: 1,
    }


def test_what_comes_and_goes_has_its_own_points() -> None:
    history = History(300.0)
    take(history, reading(10.0, line(SERVER, stot=1), line(OTHER, stot=5)))
    take(history, reading(15.0, line(OTHER, stot=10)))
    take(history, reading(20.0, line(OTHER, stot=10), line(SERVER, stot=3)))
    points = history.points([SERVER, OTHER], 0.0)
    assert [point.rates.sessions for point in points[OTHER]] == [0.0, 1.0, 0.0]
    assert [(point.time.seconds, point.HasField("rates")) for point in points[SERVER]] == [
        (10, False),
        (20, False),
    ]
    assert history.names == (OTHER, SERVER)


def test_only_the_window_is_kept() -> None:
    history = History(10.0)
    for time in (0.0, 5.0, 10.0, 15.0):
        take(history, reading(time, line(SERVER)))
    assert [point.time.seconds for point in history.points([SERVER], 0.0)[SERVER]] == [5, 10, 15]


def test_the_last_rates_are_told() -> None:
    history = History(300.0)
    assert history.last_rates([SERVER]) == {}
    assert history.names == ()
    take(history, reading(10.0, line(SERVER)))
    assert history.last_rates([SERVER]) == {}
    take(history, reading(15.0, line(SERVER, stot=1)))
    assert history.last_rates([SERVER, OTHER])[SERVER].sessions == 0.2


def test_where_the_clock_is_set_back_what_would_come_later_goes() -> None:
    history = History(300.0)
    take(history, reading(10.0, line(SERVER)))
    take(history, reading(20.0, line(SERVER)))
    take(history, reading(15.0, line(SERVER)))
    assert [point.time.seconds for point in history.points([SERVER], 0.0)[SERVER]] == [10, 15]


@pytest.mark.parametrize(
    ("cost", "lines", "step"),
    [(0.0, 1, 5_000), (0.1, 1, 5_000), (0.11, 1, 10_000), (1.0, 1, 50_000), (0.0, 60_000, 50_000)],
)
def test_readings_are_rarer_where_they_cost_more(cost: float, lines: int, step: int) -> None:
    history = History(300.0)
    take(history, reading(1.0, *(line(LineName(LineKind.SERVER, "web", str(n))) for n in range(lines))))
    assert history.step(cost) == step


def test_before_the_first_reading_they_are_as_often_as_they_may() -> None:
    assert History(300.0).step(0.0) == 5_000


def test_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "_SLICE", 1)
    assert take(History(300.0), reading(1.0, line(SERVER), line(OTHER))) == 2
