"""What messages say."""

import json

import pytest

from aqueduct.discovery.thalassa.events import event_of
from aqueduct.ports.discovery import Service

from .fake import told

KEY = b"/web/1.0.0/10.0.0.1/80"


def test_online_and_offline() -> None:
    online = event_of((KEY, b"online", json.dumps(told(80)).encode()))
    assert online is not None
    assert online.member is not None
    assert (online.key, online.service, online.member.port) == (KEY.decode(), Service("web", "1.0.0"), 80)
    offline = event_of((KEY, b"offline"))
    assert offline is not None
    assert offline.member is None
    assert not offline.wrong


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", json.dumps(told(80) | {"port": None}).encode()])
def test_one_that_cannot_be_a_member_is_told_as_such(content: bytes) -> None:
    event = event_of((KEY, b"online", content))
    assert event is not None
    assert event.member is None
    assert event.wrong


@pytest.mark.parametrize(
    "message",
    [(), (b"",), (b"web", b"offline"), (b"\xff", b"offline"), (KEY,), (KEY, b"new"), (KEY, b"online")],
)
def test_anything_else_is_no_news(message: tuple[bytes, ...]) -> None:
    assert event_of(message) is None
