"""Rates by a clock that stands still."""

import pytest

from aqueduct.thalassa.meter import TICK, Meter
from tests.unit.discovery.doubles import ManualClock


def test_rates_are_told_by_the_second() -> None:
    clock = ManualClock()
    meter = Meter(clock)
    for _ in range(10):
        meter.mark()
    clock.advance(TICK)
    told = meter.document()
    assert (told["count"], told["mean"], told["currentRate"]) == (10, 2, 2)
    assert (told["1MinuteRate"], told["15MinuteRate"]) == (2, 2)
    clock.advance(60)
    told = meter.document()
    assert told["currentRate"] == 0
    assert told["1MinuteRate"] == pytest.approx(2 / 2.71828, abs=0.01)
    assert told["5MinuteRate"] == pytest.approx(2 * 0.8187, abs=0.01)


def test_nothing_came_yet() -> None:
    assert set(Meter(ManualClock()).document().values()) == {0}


def test_rates_rise_slowly() -> None:
    clock = ManualClock()
    meter = Meter(clock)
    clock.advance(TICK)
    meter.mark()
    clock.advance(TICK)
    assert 0 < meter.document()["15MinuteRate"] < meter.document()["1MinuteRate"] < 0.2
