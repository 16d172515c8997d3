"""Names that events have."""

import pytest

from aqueduct.model.event_names import names_resource


@pytest.mark.parametrize(
    "name",
    [
        "backends/web",
        "backends/",
        "frontends//",
        "registrations/a-1",
        "sources/dns",
        "aqueduct",
        "haproxy",
        "configuration",
        "defaults",
        "listen stats",
    ],
)
def test_what_may_be_asked_for(name: str) -> None:
    assert names_resource(name)


@pytest.mark.parametrize("name", ["", "web", "backend/web", "backends", "memberships/web", "/", "up"])
def test_what_names_nothing(name: str) -> None:
    assert not names_resource(name)
