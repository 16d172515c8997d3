"""How a master is started: in which environment, session and directory, and with what open.

No pipe, terminal or event loop of ours may be tied to HAProxy: its input is /dev/null, its output a
file, its session its own. asyncio's subprocess transport kills its process when it is collected, so it
is not used here.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

_KEPT_ENVIRONMENT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "LD_LIBRARY_PATH",
    "OPENSSL_CONF",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
)


def environment() -> dict[str, str]:
    """Return the environment of every HAProxy run here.

    It is small and the same for checks and for the master, which keeps it over restarts of Aqueduct:
    otherwise `${VARIABLE}` in a configuration would mean one thing when checked and another
    when loaded. HAProxy's own HAPROXY_* of an outer master must not get in.
    """
    return {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}


def spawn(executable: Path, arguments: Sequence[str], directory: Path, output: int) -> int:
    """Start a master in `directory`, its output going to the descriptor `output`; return its process id.

    `executable` is DIR/bin/DIGEST/haproxy. The master executes its own name anew at each reload, so
    that name starts at its working directory, which moves along where `directory` is moved.
    """
    # All descriptors but these are closed: a listener of ours that HAProxy inherited would outlive us.
    child = subprocess.Popen(
        [f"./{executable.relative_to(directory)}", *arguments],
        cwd=directory,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    child.returncode = 0  # whoever watches it reaps it, and it may outlive us: Popen need not warn of it
    return child.pid
