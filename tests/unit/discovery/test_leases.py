"""Leases that run out, one by one and many at once."""

import pytest

from aqueduct.discovery.leases import WINDOW, Leases
from aqueduct.ports.discovery import Service

WEB, API = Service("web", "1"), Service("api", "1")
GRACE = 30.0


@pytest.fixture
def leases() -> Leases:
    """Return a hundred leases that never end, so that few others are not many of all."""
    leases = Leases(GRACE)
    for count in range(100):
        leases.hold(f"other {count}", Service("other", str(count)))
    return leases


def start(leases: Leases, service: Service, *ends: float) -> list[str]:
    keys = [f"{service.name} {count}" for count in range(len(ends))]
    for key, end in zip(keys, ends, strict=True):
        leases.start(key, service, end)
    return keys


def test_a_lease_ends_at_its_time_and_a_renewed_one_later(leases: Leases) -> None:
    one, other, _, _ = start(leases, WEB, 5, 6, 99, 99)
    assert leases.next() == 5
    assert leases.take(4.9) == ([], [])
    leases.start(other, WEB, 20)
    assert leases.take(6) == ([one], [])
    leases.drop(one)  # it is forgotten already
    assert leases.next() == 20


def test_one_that_is_held_does_not_end(leases: Leases) -> None:
    (key,) = start(leases, WEB, 5)
    leases.hold(key, WEB)
    assert leases.take(99) == ([], [])
    leases.start(key, WEB, 100)
    assert leases.take(100) == ([key], [])


def test_one_that_was_dropped_does_not_end(leases: Leases) -> None:
    (key,) = start(leases, WEB, 5)
    leases.drop(key)
    assert leases.take(99) == ([], [])


def test_the_only_lease_of_a_service_just_ends(leases: Leases) -> None:
    assert leases.take(5) == ([], [])
    keys = start(leases, WEB, 5)
    assert leases.take(5) == (keys, [])


def test_half_of_a_service_just_ends_and_more_is_put_off_once(leases: Leases) -> None:
    web, api = start(leases, WEB, 5, 5, 99, 99), start(leases, API, 5, 5, 5, 99)
    due = leases.take(5)
    assert (due.expired, due.put_off) == (web[:2], api[:3])
    assert (leases.is_doubted(WEB), leases.is_doubted(API)) == (False, True)
    leases.start(api[0], API, 99)
    assert leases.is_doubted(API)
    assert leases.take(5 + GRACE) == (api[1:3], [])
    assert not leases.is_doubted(API)


def test_those_that_are_renewed_or_removed_while_put_off_are_doubted_no_more(leases: Leases) -> None:
    one, other = start(leases, WEB, 5, 5)
    assert leases.take(5) == ([], [one, other])
    leases.hold(one, WEB)
    leases.drop(other)
    assert not leases.is_doubted(WEB)
    assert leases.take(999) == ([], [])


def test_those_that_end_soon_after_each_other_count_together(leases: Leases) -> None:
    one, two, three, four = start(leases, WEB, 5, 6, 7, 8)
    assert leases.take(5) == ([one], [])
    assert leases.take(6) == ([two], [])
    assert leases.take(7) == ([], [three])  # three of four
    assert leases.take(8) == ([], [four])


def test_those_that_ended_long_ago_do_not_count(leases: Leases) -> None:
    one, two, three, _ = start(leases, WEB, 5, 6, 6 + WINDOW + 1, 999)
    assert leases.take(5) == ([one], [])
    assert leases.take(6) == ([two], [])
    assert leases.take(6 + WINDOW + 1) == ([three], [])


def test_more_than_half_of_all_is_put_off_whatever_the_services() -> None:
    leases = Leases(GRACE)
    services = [Service("web", str(count)) for count in range(5)]
    for count, service in enumerate(services):
        leases.start(f"web {count}", service, 5 if count < 3 else 99)
    assert leases.take(5) == ([], ["web 0", "web 1", "web 2"])


def test_one_registration_alone_just_ends() -> None:
    leases = Leases(GRACE)
    leases.start("web", WEB, 5)
    assert leases.take(5) == (["web"], [])
