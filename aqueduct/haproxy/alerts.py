"""HAProxy's own log lines, as it writes them to stderr: taken apart and freed of what is ours.

Formats as of HAProxy 2.6 to 3.x (src/errors.c, `ha_alert`):
`[ALERT]    (PID) : config : parsing [FILE:LINE] : MESSAGE`, continued by lines without a prefix.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from aqueduct.ports.haproxy import Alert

_LINE = re.compile(r"\[(?P<level>[A-Z]+)\]\s*(?:\d+/\d+\s*)?\((?P<pid>\d+)\) : (?P<text>.*)")
_PLACE = re.compile(r"(?:[Pp]arsing )?\[(?P<file>[^\]\s]+):(?P<line>\d+)\]\s?: ?")
_SUMMARY = re.compile(r"Error\(s\) found in configuration file|Fatal errors found in configuration")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log; `text` may span lines."""

    level: str
    pid: int
    text: str


def entries(log: str) -> Iterator[Entry]:
    """Iterate over the entries of a log; what stands before the first is skipped."""
    current: Entry | None = None
    for line in log.splitlines():
        found = _LINE.match(line)
        if found is None:
            if current is not None:
                current = Entry(current.level, current.pid, f"{current.text}\n{line}")
            continue
        if current is not None:
            yield current
        current = Entry(found["level"], int(found["pid"]), found["text"])
    if current is not None:
        yield current


def alerts(log: str, file: str, besides: Collection[int] = ()) -> list[Alert]:
    """Return the alerts of a log, without the closing summary.

    `file` is the name under which HAProxy read the body: lines are told for it alone, and its name
    is taken out of the messages. Entries of the processes `besides` are left out.
    """
    return [
        _alert(entry.text, file)
        for entry in entries(log)
        if entry.level == "ALERT" and entry.pid not in besides and not _SUMMARY.search(entry.text)
    ]


def _alert(text: str, file: str) -> Alert:
    message = text.removeprefix("config : ")
    line = None
    place = _PLACE.match(message)
    if place is not None and place["file"] == file:
        line = int(place["line"])
        message = message[place.end() :]
    return Alert(line, re.sub(rf"\[?{re.escape(file)}:(\d+)\]?", r"line \1", message).rstrip())
