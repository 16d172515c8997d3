"""Protobuf's times and durations as seconds."""

from hypothesis import given
from hypothesis import strategies as st

from aqueduct.model.times import duration, seconds, timestamp


@given(st.integers(0, 10**9))
def test_milliseconds_pass_unchanged(milliseconds: int) -> None:
    assert (
        seconds(duration(milliseconds / 1e3)) == seconds(timestamp(milliseconds / 1e3)) == milliseconds / 1e3
    )


def test_times_are_told_to_the_millisecond_and_durations_to_the_nanosecond() -> None:
    assert seconds(timestamp(1.2345678)) == 1.235
    assert seconds(duration(1.2345678)) == 1.2345678
