"""The states of servers, as operators and switches of members want them."""

from collections.abc import Mapping
from enum import StrEnum


class ServerState(StrEnum):
    """What a server is to take, by the words of HAProxy's `set server B/S state`."""

    READY = "ready"
    UNPROVEN = "unproven"
    """Ready, but it is down until its check has passed: where it is new to HAProxy, or comes back."""
    DRAIN = "drain"
    MAINT = "maint"


ServerStates = Mapping[str, ServerState]
"""States by the name of the server, those that are READY left out."""

SectionStates = Mapping[str, ServerStates]
"""States of servers by the header of their section."""
NO_STATES: SectionStates = {}
