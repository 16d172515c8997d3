"""What Aqueduct puts before a body: the first `global` section, which HAProxy merges with the others.

A configuration file is preamble + body. The preamble ends with a marker line, so that the body can be
taken back byte for byte. It holds no absolute path: HAProxy runs in its directory, and relative
paths of sockets are not cut off by the 108 bytes of a UNIX address.
"""

import re

GENERATION = "AQUEDUCT_GENERATION"
"""Environment variable of a worker that says which generation of the configuration it runs."""

SERVER_STATE = "server-state"
"""File with the state of servers that the next worker starts with, in HAProxy's directory."""

_MARKER = "# End of Aqueduct's own lines.\n"
_STATS_SOCKET = "stats socket unix@./worker.sock mode 600 level admin"

_MAX_RELOADS = 2**31 - 1
"""How often a worker may survive a reload: 50 by default since 3.3, which would end sessions."""

_TEMPLATE = """\
# Written by Aqueduct, which replaces this file as a whole: changes by hand are lost.
global
    setenv {variable} {generation}
    {stats_socket}
    server-state-file ./{server_state}
    mworker-max-reloads {max_reloads}
{marker}"""

_GENERATION_LINE = re.compile(rf"^    setenv {GENERATION} (\d+)$", re.MULTILINE)


def with_preamble(body: str, generation: int) -> str:
    """Return the whole file for `body`."""
    head = _TEMPLATE.format(
        variable=GENERATION,
        generation=generation,
        stats_socket=_STATS_SOCKET,
        server_state=SERVER_STATE,
        max_reloads=_MAX_RELOADS,
        marker=_MARKER,
    )
    return head + body


def body_of(text: str) -> str | None:
    """Return the body of a whole file; None where the file is not one of Aqueduct's."""
    head, marker, body = text.partition(_MARKER)
    return body if marker and _GENERATION_LINE.search(head) else None


def generation_of(text: str) -> int | None:
    """Return the generation of a whole file; None where the file is not one of Aqueduct's."""
    found = _GENERATION_LINE.search(text.partition(_MARKER)[0])
    return int(found.group(1)) if found else None


def for_check(*, skip_ca_bundle: bool) -> str:
    """Return what stands in for the preamble when a body is only checked.

    The socket makes a body without listeners loadable, as the real preamble does. With
    `skip_ca_bundle` HAProxy's own HTTP client, which Aqueduct does not use, does not load the
    system's CA certificates: 150 ms of each check on 2.6.
    """
    lines = ["global", f"    setenv {GENERATION} 0", f"    {_STATS_SOCKET}"]
    if skip_ca_bundle:
        lines.append("    httpclient.ssl.verify none")
    return "\n".join(lines) + "\n"
