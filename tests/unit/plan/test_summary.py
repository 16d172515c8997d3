"""What commands come to, told in one line."""

from collections.abc import Sequence

import pytest

from aqueduct.plan.summary import summary

COMES = [
    "add server web/a 10.0.0.1:80 check",
    "enable health web/a",
    "set server web/a state drain",
    "set server web/a health down",
    "set server web/a state ready",
]
GOES = ["set server web/b state maint", "del server web/b"]


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        (COMES, "1 server added"),
        (GOES, "1 server removed"),
        ([*COMES, *GOES, "set server web/c state drain"], "1 server added, 1 removed, 1 drained"),
        ([*COMES, "add server web/x 10.0.0.2:80"], "2 servers added"),
        (["set server web/a state maint"], "1 server put into maintenance"),
        (["set server web/a health down", "set server web/a state ready"], "1 server made ready"),
        (
            [
                "set server web/a addr 10.0.0.3 port 80",
                "set server web/a weight 7",
                "set server web/b weight 7",
                "set maxconn server web/a 10",
            ],
            "1 server given another address, 2 given another weight, 1 given another maxconn",
        ),
    ],
)
def test_one_section(commands: Sequence[str], expected: str) -> None:
    assert summary({"backend web": commands}) == f"backend web: {expected}"


def test_many_sections() -> None:
    commands = {f"backend {number}": [f"del server {number}/a"] for number in range(5)}
    told = [f"backend {number}: 1 server removed" for number in range(3)]
    assert summary(commands) == f"{'; '.join(told)}; and 2 more"


def test_sections_of_which_only_the_order_differs_are_left_out() -> None:
    assert summary({"backend a": (), "backend b": ("del server b/x",)}) == "backend b: 1 server removed"
    assert summary({}) == ""
