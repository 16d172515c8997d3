"""What `show stat` tells of checks."""

import pytest

from aqueduct.haproxy.show_stat import is_failure


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("Layer4 connection problem: Connection refused", True),
        ("Layer7 wrong status: it passed", True),
        ("Layer7 timeout", True),
        ("Layer4 check passed", False),
        ("Layer7 check passed: OK", False),
        ("Layer7 check conditionally passed: Not Found", False),
        ("Initializing", False),
        ("Unknown", False),
        ("", False),
    ],
)
def test_whether_a_check_has_failed(check: str, expected: bool) -> None:
    assert is_failure(check) is expected
