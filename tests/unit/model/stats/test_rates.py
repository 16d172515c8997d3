"""What goes through each second."""

import pytest

from aqueduct.model.stats.rates import NOTHING, Rates, rates
from aqueduct.v1.stats_pb2 import RateStats

from .build import BACKEND, line


def test_rates_are_differences_over_time() -> None:
    before = line(BACKEND, stot=10, req_tot=20, bin=100, bout=1_000, hrsp_4xx=1, hrsp_5xx=2, econ=1)
    now = line(
        BACKEND, stot=14, req_tot=26, bin=300, bout=3_000, hrsp_4xx=2, hrsp_5xx=3, econ=2, eresp=1, ereq=1
    )
    assert rates(before, now, 2.0) == Rates(2.0, 3.0, 100.0, 1_000.0, 0.5, 0.5, 1.5)


def test_requests_of_a_server_are_its_responses() -> None:
    before, now = line(req_tot=1, hrsp_2xx=1), line(req_tot=1, hrsp_2xx=3, hrsp_other=1, stot=1)
    assert rates(before, now, 1.0) == Rates(sessions=1.0, requests=3.0)


def test_rates_have_three_digits() -> None:
    assert rates(line(stot=0), line(stot=1), 3.0).sessions == 0.333


@pytest.mark.parametrize(("before", "now", "seconds"), [(5, 3, 1.0), (3, 3, 1.0), (3, 5, 0.0), (3, 5, -1.0)])
def test_no_rate_is_ever_negative(before: int, now: int, seconds: float) -> None:
    assert rates(line(stot=before), line(stot=now), seconds) == NOTHING


def test_rates_as_the_api_tells_them() -> None:
    assert Rates(1.0, errors=2.0).message() == RateStats(sessions=1.0, errors=2.0)
