"""What the data directory says before anything in it is used."""

from collections.abc import Collection
from pathlib import Path

from aqueduct.errors import ConfigurationError
from aqueduct.render.sections import split_sections

_STATS = "listen _aqueduct_stats"
_PROXIES = frozenset({"frontend", "backend", "listen"})


def check_nothing_lost(data_dir: Path, own: Collection[str]) -> None:
    """Refuse a store that nothing was ever written to, where HAProxy's file says that there was something.

    HAProxy would be reloaded to nothing. `own` are the sections that need no resource.
    """
    file = data_dir / "haproxy" / "haproxy.cfg"
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return  # not there, most likely; any other trouble the adapter tells
    found = [header for header in split_sections(text) if header.split(" ", 1)[0] in _PROXIES]
    if any(header not in own and header != _STATS for header in found):
        raise ConfigurationError(
            f"the store in {data_dir / 'store'} is gone or empty, but {file} holds a configuration: restore "
            f"{data_dir / 'store'}, or end its HAProxy and remove {file.parent} to begin anew"
        )
