"""The demo's account."""

from aqueduct.demo.run import table
from aqueduct.demo.traffic import Failure, Traffic


def test_failures_are_counted_and_told() -> None:
    traffic = Traffic(1)
    traffic.answers.update({"2.0.0": 7, "1.0.0": 1_234})
    traffic.failures.append(Failure(1.5, "status 503"))
    assert table(traffic).splitlines() == [
        "",
        "version     requests",
        "1.0.0          1,234",
        "2.0.0              7",
        "failed             1",
        "  after 1.500 s: status 503",
        "slowest answer: 0 ms",
    ]
