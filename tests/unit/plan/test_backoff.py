"""How long to wait before HAProxy is started again."""

from aqueduct.plan.backoff import STABLE_AFTER, Backoff


def test_the_first_death_is_answered_at_once_and_later_ones_with_growing_pauses() -> None:
    backoff, delays = Backoff(), []
    for _ in range(10):
        backoff = backoff.after_failure(served_seconds=0.0)
        delays.append(backoff.delay)
    assert delays[:4] == [0.0, 0.1, 0.2, 0.4]
    assert delays == sorted(delays)
    assert delays[-1] == 10.0


def test_it_has_failed_after_three_failures_in_a_row() -> None:
    once = Backoff().after_failure(0.0)
    assert not once.after_failure(0.0).failed
    assert once.after_failure(0.0).after_failure(0.0).failed


def test_a_time_of_service_makes_earlier_failures_forgotten() -> None:
    assert Backoff(failures=7).after_failure(STABLE_AFTER) == Backoff(failures=1)
