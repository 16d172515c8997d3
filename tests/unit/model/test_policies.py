"""Switch policies: what is valid, and what holds where one leaves something open."""

import pytest
from google.protobuf.json_format import ParseDict

from aqueduct.model.fields import Faults
from aqueduct.model.policies import Policy, check_policy
from aqueduct.v1.backend_pb2 import SwitchPolicy


def policy(**fields: object) -> SwitchPolicy:
    return ParseDict(fields, SwitchPolicy())


def test_the_defaults() -> None:
    assert Policy.of() == Policy.of(policy()) == Policy(None, 60.0, 300.0)


def test_the_first_policy_that_says_something_holds() -> None:
    asked = policy(minHealthy=0, drainTimeout="0s")
    own = policy(minHealthy=3, switchTimeout="1.5s", drainTimeout="90s")
    assert Policy.of(asked, own) == Policy(0, 1.5, 0.0)
    assert Policy.of(policy(), own) == Policy(3, 1.5, 90.0)


def test_parts_of_durations_are_not_mixed() -> None:
    assert Policy.of(policy(drainTimeout="0.25s"), policy(drainTimeout="90s")).drain_timeout == 0.25


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({}, None),
        ({"switchTimeout": "1s", "drainTimeout": "0s", "minHealthy": 0}, None),
        ({"switchTimeout": "3600s", "drainTimeout": "86400s"}, None),
        ({"switchTimeout": "0.999s"}, ("p.switch_timeout", "must be from 1 s to 3,600 s")),
        ({"switchTimeout": "3600.001s"}, ("p.switch_timeout", "must be from 1 s to 3,600 s")),
        ({"drainTimeout": "-1s"}, ("p.drain_timeout", "must be from 0 s to 86,400 s")),
        ({"drainTimeout": "86401s"}, ("p.drain_timeout", "must be from 0 s to 86,400 s")),
    ],
)
def test_times_have_limits(fields: dict[str, object], fault: tuple[str, str] | None) -> None:
    faults = Faults()
    check_policy(policy(**fields), "p", faults)
    found = [(violation.field, violation.description) for violation in faults.violations]
    assert found == ([fault] if fault is not None else [])
