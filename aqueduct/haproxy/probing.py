"""What `add server` takes, found out on a throw-away HAProxy (management guide, section 9.3).

It has a backend for each algorithm, a CLI, and nothing that listens or checks: a server that is added is
in maintenance, and its checks are not enabled. A keyword or an algorithm counts where HAProxy says nothing
but that it has added the server; a warning is a no. Keywords that need files or other sections are not
tried: they count as not taken, as do all where the HAProxy cannot be had.

The process never outlives the probe, but where Aqueduct is killed: it lives in Aqueduct's session, so it
is ended when the next Aqueduct looks for a master.
"""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from aqueduct.haproxy import preamble
from aqueduct.haproxy.alerts import alerts
from aqueduct.haproxy.check import Checker
from aqueduct.haproxy.disk import on_disk
from aqueduct.haproxy.runtime import Runtime
from aqueduct.haproxy.spawning import environment
from aqueduct.ports.haproxy import HAProxyFailed

_HEAD, _BODY = "head.cfg", "probe.cfg"
_GENERATION = 0
"""What `preamble.for_check` says."""
_TIMEOUT = 10.0
"""Seconds; it takes some 50 ms."""
_PREFIX = "probe-"
_OURS = f"{_PREFIX}{secrets.token_hex(4)}-"
"""Of the directories of this process: its id would not do, in a container it is that of the one before."""
_ADDED = "New server registered."
_SMALL = "global\n    nbthread 1\n    maxconn 20\n"

_BALANCE = {
    "roundrobin": "roundrobin",
    "static-rr": "static-rr",
    "leastconn": "leastconn",
    "first": "first",
    "source": "source",
    "uri": "uri",
    "url_param": "url_param x",
    "hdr": "hdr(host)",
    "random": "random",
    "rdp-cookie": "rdp-cookie",
    "hash": "hash src",
}
"""Each algorithm with a plausible argument."""
_CONSISTENT = "/consistent"
_OF_TCP = frozenset({"rdp-cookie"})
"""In mode http these fall back to another, with a warning."""

_SSL = "ssl verify none"
_KEYWORDS = {
    **dict.fromkeys(("check", "backup", "tfo", "non-stick", "stick", "send-proxy", "send-proxy-v2"), ""),
    **dict.fromkeys(("send-proxy-v2-ssl", "send-proxy-v2-ssl-cn", "no-check", "no-backup", "no-ssl"), ""),
    **dict.fromkeys(("no-agent-check", "no-send-proxy", "no-send-proxy-v2", "no-tfo"), ""),
    **dict.fromkeys(("weight", "maxconn", "maxqueue", "minconn", "error-limit", "shard"), "1"),
    **dict.fromkeys(("pool-max-conn", "pool-low-conn"), "1"),
    **dict.fromkeys(("slowstart", "pool-purge-delay", "tcp-ut"), "1s"),
    **dict.fromkeys(("cookie", "guid", "ws"), "auto"),
    "id": "900",
    "proto": "h2",
    "redir": "http://127.0.0.1",
    "source": "127.0.0.1",
    "socks4": "127.0.0.1:1080",
    "init-addr": "none",
    "init-state": "down",
    "hash-key": "id",
    "proxy-v2-options": "unique-id",
    "observe": "layer4",
    "on-error": "mark-down",
    "on-marked-down": "shutdown-sessions",
    "on-marked-up": "shutdown-backup-sessions",
}
_OF_CHECKS = {
    **dict.fromkeys(("inter", "fastinter", "downinter"), "1s"),
    **dict.fromkeys(("rise", "fall", "port"), "1"),
    **dict.fromkeys(("no-check-ssl", "check-send-proxy", "check-via-socks4"), ""),
    "addr": "127.0.0.1",
    "check-ssl": "verify none",
    "check-sni": "a.example",
    "check-alpn": "h2",
}
_OF_AGENTS = {"agent-port": "1", "agent-addr": "127.0.0.1", "agent-inter": "1s", "agent-send": "x"}
_OF_TLS = {
    **dict.fromkeys(("ssl-reuse", "no-ssl-reuse", "tls-tickets", "no-tls-tickets", "allow-0rtt"), ""),
    **dict.fromkeys(("ssl-min-ver", "ssl-max-ver"), "TLSv1.2"),
    "sni": "str(a.example)",
    "alpn": "h2",
    "verifyhost": "a.example",
    "ciphers": "ALL",
    "ciphersuites": "TLS_AES_128_GCM_SHA256",
}


def _arguments() -> Iterator[tuple[str, str]]:
    """Iterate over the keywords, each with the arguments of a server that it makes sense for."""
    for before, keywords in (
        ("", _KEYWORDS),
        ("check ", _OF_CHECKS),
        ("agent-check agent-port 1 ", _OF_AGENTS),
        (f"{_SSL} ", _OF_TLS),
    ):
        for keyword, value in keywords.items():
            yield keyword, f"{before}{keyword} {value}".rstrip()
    yield from (("ssl", _SSL), ("verify", _SSL), ("agent-check", "agent-check agent-port 1"))


@dataclass(frozen=True, slots=True)
class Dynamic:
    """What can be done live: see `Capabilities`."""

    keywords: frozenset[str] = frozenset()
    balance: frozenset[str] = frozenset()


async def probe(checker: Checker) -> Dynamic:
    """Find out what `add server` takes on the HAProxy of a checker; nothing where that cannot be told."""
    directory = await on_disk(_make_room, checker.directory)
    try:
        return await _probe(checker, directory)
    except (HAProxyFailed, OSError) as error:
        structlog.get_logger().warning("what can be added live is not known: all reloads", error=str(error))
        return Dynamic()
    finally:
        await on_disk(shutil.rmtree, directory, ignore_errors=True)


async def _probe(checker: Checker, directory: Path) -> Dynamic:
    algorithms = [*_BALANCE, *(f"{name}{_CONSISTENT}" for name in _BALANCE)]
    head = preamble.for_check(skip_ca_bundle=checker.skip_ca_bundle) + _SMALL
    await on_disk((directory / _HEAD).write_text, head)
    while True:
        sections = [_section(number, algorithm) for number, algorithm in enumerate(algorithms)]
        await on_disk((directory / _BODY).write_text, "".join(sections))
        try:
            return await _tried(checker.binary, directory, algorithms)
        except _Refused as refused:
            size = sections[0].count("\n") if sections else 1
            unknown = {(line - 1) // size for line in refused.lines}
            if not unknown:
                raise
            algorithms = [name for number, name in enumerate(algorithms) if number not in unknown]


def _section(number: int, algorithm: str) -> str:
    """Return a backend. All have as many lines."""
    name = algorithm.removesuffix(_CONSISTENT)
    return (
        f"backend {number}\n    mode {'tcp' if name in _OF_TCP else 'http'}\n    balance {_BALANCE[name]}\n"
        f"    hash-type {'map-based' if name == algorithm else 'consistent'}\n"
        "    timeout connect 1s\n    timeout server 1s\n"
    )


class _Refused(HAProxyFailed):
    """HAProxy did not take the configuration."""

    def __init__(self, output: str) -> None:
        found = alerts(output, _BODY)
        super().__init__("; ".join(alert.message for alert in found) or output.strip())
        self.lines = [alert.line for alert in found if alert.line is not None]


async def _tried(binary: Path, directory: Path, algorithms: Sequence[str]) -> Dynamic:
    by_keyword = dict(_arguments())
    commands = [
        *(f"add server {number}/a 127.0.0.1:1" for number in range(len(algorithms))),
        *(f"add server 0/{keyword} 127.0.0.1:1 {arguments}" for keyword, arguments in by_keyword.items()),
    ]
    answers = await _ask(binary, directory, commands)
    taken = [answer == _ADDED for answer in answers]
    return Dynamic(
        balance=frozenset(name for name, is_taken in zip(algorithms, taken, strict=False) if is_taken),
        keywords=frozenset(
            keyword
            for keyword, is_taken in zip(by_keyword, taken[len(algorithms) :], strict=True)
            if is_taken
        ),
    )


async def _ask(binary: Path, directory: Path, commands: Sequence[str]) -> list[str]:
    """Start HAProxy in `directory`, and return its answers to `commands`."""
    process = await asyncio.create_subprocess_exec(
        *(binary, "-db", "-f", _HEAD, "-f", _BODY),
        cwd=directory,
        env=environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    api = Runtime(directory, starts=True)
    said = asyncio.create_task(process.communicate())
    asked = asyncio.create_task(api.send(commands, _GENERATION, _TIMEOUT))
    try:
        await asyncio.wait((said, asked), return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            raise _Refused((await said)[0].decode(errors="replace"))
        return await asked
    finally:
        asked.cancel()
        if process.returncode is None:
            process.kill()
        await asyncio.gather(said, asked, return_exceptions=True)
        await api.close()


def _make_room(directory: Path) -> Path:
    """Return a new directory, once those of probes that were killed are removed."""
    for path in directory.glob(f"{_PREFIX}*"):
        if not path.name.startswith(_OURS):
            shutil.rmtree(path, ignore_errors=True)
    return Path(tempfile.mkdtemp(dir=directory, prefix=_OURS))
