"""What Aqueduct puts before a body: the first `global` section, which HAProxy merges with the others.

A configuration file is preamble + body. The preamble ends with a marker line, so that the body can be
taken back byte for byte. It holds no absolute path but those that were asked for: HAProxy runs in its
directory, and relative paths of sockets are not cut off by the 108 bytes of a UNIX address.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from aqueduct.model.words import quote

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
    {stats_socket}{more}
    server-state-file {server_state}
    mworker-max-reloads {max_reloads}
{marker}"""

_LOG = "log 127.0.0.1:{port} len 8192 format rfc5424 local7 notice"
"""For what proxies with `log global` tell of their servers. Requests are logged at a level below."""

_OUTDATED = "    # Aqueduct's own lines are not what they should be.\n"
_GLOBAL_LINE = re.compile(r"^global\b.*\n", re.MULTILINE)
_GENERATION_LINE = re.compile(rf"^    setenv {GENERATION} (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Extra:
    """What is asked of Aqueduct's own lines beyond what they always say."""

    access: tuple[str, ...] = ()
    """Parameters of sockets that let Aqueduct in where HAProxy runs as another user."""
    socket: Path | None = None
    """A further socket of the Runtime API, for other programs."""
    directory: Path | None = None
    """HAProxy's directory, where a copy of the file that is read elsewhere has to find its files."""
    log_port: int | None = None
    """Port on loopback where Aqueduct listens for states of servers."""


NO_EXTRA = Extra()


def with_preamble(body: str, generation: int, extra: Extra = NO_EXTRA) -> str:
    """Return the whole file for `body`."""
    return _head(generation, extra) + body


def with_body(text: str, body: str) -> str | None:
    """Return a whole file with another body; None where the file is not one of Aqueduct's."""
    return None if body_of(text) is None else text.partition(_MARKER)[0] + _MARKER + body


def is_up_to_date(text: str, extra: Extra) -> bool:
    """Tell whether Aqueduct's own lines of a whole file are those that it would get now."""
    generation = generation_of(text)
    return generation is not None and text.startswith(_head(generation, extra))


def marked(body: str) -> str:
    """Return a body that does the same and differs from what is rendered, in the `global` section."""
    if _GLOBAL_LINE.search(body) is None:
        return f"global\n{_OUTDATED}{body}"
    return _GLOBAL_LINE.sub(rf"\g<0>{_OUTDATED}", body, count=1)


def _head(generation: int, extra: Extra) -> str:
    more = []
    if extra.log_port is not None:
        more.append(_LOG.format(port=extra.log_port))
    if extra.directory is not None:
        more.append(f"default-path origin {quote(str(extra.directory))}")
    if extra.socket is not None:
        words = ("stats", "socket", f"unix@{extra.socket}", "mode", "660", "level", "admin", *extra.access)
        more.append(" ".join(map(quote, words)))
    state_file = SERVER_STATE if extra.directory is None else str(extra.directory / SERVER_STATE)
    return _TEMPLATE.format(
        variable=GENERATION,
        generation=generation,
        stats_socket=" ".join((_STATS_SOCKET, *extra.access)),
        more="".join(f"\n    {line}" for line in more),
        server_state=f"./{state_file}" if extra.directory is None else quote(state_file),
        max_reloads=_MAX_RELOADS,
        marker=_MARKER,
    )


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
