"""What an HAProxy can do, found out by trying it.

Nothing is cached: another binary may lie there tomorrow.
"""

import re
from pathlib import Path

from aqueduct.errors import ConfigurationError
from aqueduct.haproxy import probing
from aqueduct.haproxy.check import Checker, run
from aqueduct.model.capabilities import Capabilities
from aqueduct.ports.haproxy import HAProxyFailed

_OLDEST = (2, 6)
_VERSION = re.compile(r"^HA-?Proxy version (?P<text>(?P<major>\d+)\.(?P<minor>\d+)\S*)", re.MULTILINE)

_ONE_NAME_TWICE = """\
defaults
    mode http
    timeout connect 1s
    timeout client 1s
    timeout server 1s
frontend shared
    bind unix@./probe.sock
    default_backend shared
backend shared
"""


async def version(binary: Path, directory: Path) -> str:
    """Return the version of a HAProxy; ConfigurationError where it is none, or too old."""
    try:
        output = await run(binary, "-v", directory=directory)
    except HAProxyFailed as error:
        raise ConfigurationError(str(error)) from error
    found = _VERSION.search(output.text)
    if found is None:
        raise ConfigurationError(f"{binary} is not an HAProxy")
    if (int(found["major"]), int(found["minor"])) < _OLDEST:
        raise ConfigurationError(
            f"{binary} is HAProxy {found['text']}; {_OLDEST[0]}.{_OLDEST[1]} or later is needed"
        )
    return found["text"]


async def checker(binary: Path, directory: Path) -> Checker:
    """Return the fastest checker that this HAProxy takes."""
    fast = Checker(binary, directory, skip_ca_bundle=True)
    _, output = await fast.read("")
    # A build without TLS or without the HTTP client does not know the keyword.
    return fast if output.status == 0 else Checker(binary, directory, skip_ca_bundle=False)


async def probe(with_checker: Checker) -> Capabilities:
    """Find out what the HAProxy of a checker can do."""
    told = await version(with_checker.binary, with_checker.directory)
    _, output = await with_checker.read(_ONE_NAME_TWICE)
    shares_names = output.status == 0 and "WARNING" not in output.text
    dynamic = await probing.probe(with_checker)
    return Capabilities(
        version=told,
        shares_names=shares_names,
        dynamic_keywords=dynamic.keywords,
        dynamic_balance=dynamic.balance,
    )
