"""Whether the file of a store can be opened: damage is to be words, not the death of Aqueduct."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from aqueduct.errors import ConfigurationError
from aqueduct.store.probe import DAMAGED, FAILED

_PROBE: Final = Path(__file__).with_name("probe.py")
_PATIENCE: Final = 60.0
"""Seconds; damage can send the reader round in circles."""
_DEATHS: Final = frozenset({signal.SIGBUS, signal.SIGSEGV, signal.SIGABRT, signal.SIGFPE, signal.SIGILL})


def check_readable(directory: Path, way_out: str) -> None:
    """Have a process of its own read the store in `directory`; do nothing where there is none.

    ConfigurationError, with the `way_out`, where the store is damaged. OSError where it cannot be
    looked at. No LMDB environment may be open in the calling process.
    """
    file = directory / "data.mdb"
    if not file.exists():
        return
    reason = "data.mdb is empty" if not file.stat().st_size else damage_of(directory)
    if reason:
        raise ConfigurationError(
            f"cannot open the store in {directory}: it is damaged ({reason}): {way_out}, "
            f"or move {directory} away to begin with an empty one"
        )


def damage_of(store: Path, copy: Path | None = None) -> str:
    """Return what is damaged of a store, or why it cannot be copied to the file `copy`; empty for nothing.

    `store` is the directory of one, in use only where it is copied, or the file of one.
    """
    # -P: the script's directory has a module `lmdb` of its own. A session of its own: Ctrl-C is not for it.
    command = [sys.executable, "-P", str(_PROBE), str(store), *([str(copy)] if copy is not None else [])]
    try:
        probe = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return f"reading it does not end within {_PATIENCE:.0f} s"
    if probe.returncode in (DAMAGED, FAILED):
        return probe.stderr.decode(errors="replace").strip()
    death = -probe.returncode
    return f"reading it ends in {signal.Signals(death).name}" if death in _DEATHS else ""
