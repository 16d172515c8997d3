"""Protobuf's times and durations as seconds, and back."""

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

_NANOS = 10**9


def seconds(time: Timestamp | Duration) -> float:
    """Return a duration in seconds, or a time in seconds since 1970-01-01 UTC."""
    return time.ToNanoseconds() / _NANOS


def duration(of: float) -> Duration:
    """Return the duration of so many seconds."""
    made = Duration()
    made.FromNanoseconds(round(of * _NANOS))
    return made


def timestamp(at: float) -> Timestamp:
    """Return the time at so many seconds since 1970-01-01 UTC, to the millisecond."""
    made = Timestamp()
    made.FromMilliseconds(round(at * 1e3))
    return made


def instant(time: Timestamp) -> str:
    """Return a time for a line, to the second: `2026-03-01 10:12:44 UTC`."""
    return f"{time.ToDatetime():%Y-%m-%d %H:%M:%S} UTC"
