"""How something stands, in words: HAProxy's, or, while HAProxy is down and says none, the API's.

Times are those of the clock on the wall.
"""

from datetime import datetime

from aqueduct.model.tokens import tokens
from aqueduct.v1.stats_pb2 import OperationalState, StateStats

_WORDS = tokens(OperationalState.DESCRIPTOR)


def state_word(state: StateStats) -> str:
    """Return what it does; empty where nothing is known of it."""
    return state.status or _WORDS.get(state.operational_state, "")


def check_words(state: StateStats) -> str:
    """Return the last words of its check; empty while HAProxy is down: they are not why it is."""
    return state.check.description if state.status else ""


def silence(since: float) -> str:
    """Return that HAProxy does not answer; `since` in seconds since 1970-01-01 UTC."""
    return f"HAProxy does not answer since {clock(since)}: figures are of before"


def clock(time: float) -> str:
    """Return what the clock shows at a time, given in seconds since 1970-01-01 UTC."""
    return f"{datetime.fromtimestamp(time).astimezone():%H:%M:%S}"
