"""The socket to which HAProxy's workers log: where they tell that a server changes its state.

A UDP socket on loopback: it costs HAProxy nothing where nobody listens, needs no connection that a reload
would break, and holds thousands of lines. Its port is kept in HAProxy's directory, as it stands in
Aqueduct's own lines of the configuration: with another one, HAProxy has to be reloaded.

Anybody on this machine may send to it. So lines count that name a worker of ours: that it is one the kernel
tells as long as it lives. Others are held until it is known who serves, since a worker may speak before its
master is known, as while HAProxy starts or is taken over.

Invariants: lines of a worker come in the order in which they arrived. What a worker said that serves no more
is not told, nor what others say. What the kernel had no room for is noticed.
"""

import asyncio
import random
import socket
import struct
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog

from aqueduct.haproxy import durable, state_lines
from aqueduct.ports.states import Doubt, Listener, Told

HOST: Final = "127.0.0.1"
_PORT_FILE: Final = "log-port"
_PORTS: Final = range(20_000, 32_768)
"""Below what systems hand out by themselves: nobody happens to have it while Aqueduct is away."""
_TRIES: Final = 100
_LONGEST: Final = 65_507
_ROOM: Final = 16 * 1024 * 1024
"""Bytes that the kernel is asked to hold: some 20,000 lines. It gives what it may, 500 at the least."""
_AT_ONCE: Final = 256
"""Lines that are read before others have their turn."""
_ROUNDS: Final = 256
"""How often so many are read at once where all are: enough for what the kernel holds."""
_FORMER: Final = 64
"""Former workers that are known."""

_HELD: Final = 10_000
"""Lines that are held of those who are not known; the newest."""

# Linux's own, which Python does not name (asm-generic/socket.h, linux/sock_diag.h).
_SO_RCVBUFFORCE: Final = 33
_SO_MEMINFO: Final = 55
_MEMINFO: Final = struct.Struct("9I")
_DROPS: Final = 8

log = structlog.get_logger()


class StateLog:
    """The log of one HAProxy. `port` is None where no socket can be had: then nothing is ever told."""

    def __init__(self, directory: Path) -> None:
        self._socket = _bound(directory / _PORT_FILE)
        self.port: int | None = self._socket.getsockname()[1] if self._socket is not None else None
        self._told: list[Listener] = []
        self._doubts: list[Callable[[Doubt], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heard: dict[int, None] = {}
        self._former: dict[int, None] = {}
        self._held: deque[Told] = deque(maxlen=_HELD)
        self._is_worker: Callable[[int], bool] = lambda _: False
        self._drops = 0

    def know_by(self, is_worker: Callable[[int], bool]) -> None:
        """Have `is_worker` tell whether a process that lives is a worker of ours."""
        self._is_worker = is_worker

    def on_told(self, listener: Listener) -> None:
        """Tell `listener` what workers say."""
        self._told.append(listener)

    def on_doubt(self, listener: Callable[[Doubt], None]) -> None:
        """Tell `listener` each time that something may not have been told."""
        self._doubts.append(listener)

    def begin(self) -> None:
        """Listen, in the event loop that runs."""
        if self._socket is not None and self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._socket.fileno(), self._read_some)

    def close(self) -> None:
        """Listen no more."""
        if self._loop is not None and self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
        self._loop = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def serves(self, worker: int, doubt: Doubt) -> None:
        """Note that `worker` serves, and that others that were heard are none to listen to any more."""
        self.read_all()
        self._former.update({heard: None for heard in self._heard if heard != worker})
        self._former.pop(worker, None)  # ids are used again
        self._heard = {worker: None}
        for oldest in list(self._former)[: -_FORMER or None]:
            del self._former[oldest]
        self._tell(self._released(worker))
        self._held.clear()
        self.doubt(doubt)

    def doubt(self, doubt: Doubt) -> None:
        """Tell that something may not have been told."""
        for listener in self._doubts:
            listener(doubt)

    def read_all(self) -> None:
        """Tell all that has arrived."""
        for _ in range(_ROUNDS):
            if not self._read_some():
                return

    def _read_some(self) -> bool:
        """Tell what has arrived, or some of it; return whether there may be more."""
        told: list[Told] = []
        is_more = self._receive(told)
        self._tell(told)
        self._note_drops()
        return is_more

    def _tell(self, told: Sequence[Told]) -> None:
        if told:
            for listener in self._told:
                listener(told)

    def _receive(self, told: list[Told]) -> bool:
        if self._socket is None:
            return False
        for _ in range(_AT_ONCE):
            try:
                line = self._socket.recv(_LONGEST)
            except OSError:  # BlockingIOError, most likely: it is empty
                return False
            found = state_lines.parse(line)
            if found is not None and found.worker not in self._former:
                self._take(found, told)
        return True

    def _take(self, line: Told, told: list[Told]) -> None:
        """Add a line to those told, or hold it."""
        if line.worker not in self._heard:
            if not self._is_worker(line.worker):
                self._held.append(line)
                return
            self._heard[line.worker] = None
            told += self._released(line.worker)
        told.append(line)

    def _released(self, worker: int) -> list[Told]:
        """Return what was held of a worker, which is held no more."""
        released = [line for line in self._held if line.worker == worker]
        if released:
            others = [line for line in self._held if line.worker != worker]
            self._held.clear()
            self._held.extend(others)
        return released

    def _note_drops(self) -> None:
        drops = _drops_of(self._socket) if self._socket is not None else self._drops
        if drops != self._drops:
            log.warning("HAProxy told more than could be heard: it is asked", lost=drops - self._drops)
            self._drops = drops
            self.doubt(Doubt.LOST)


def _bound(file: Path) -> socket.socket | None:
    """Return a socket on the port that `file` tells, or on another, which it tells then."""
    kept = _port_of(file)
    found = _bind(kept) if kept is not None else None
    if found is not None:
        return found
    for port in random.sample(_PORTS, _TRIES):
        found = _bind(port)
        if found is not None:
            _keep(file, port, found)
            if kept is not None:
                log.warning("the port for HAProxy's log is taken: another is used", port=kept, instead=port)
            return found
    log.error("there is no port for HAProxy's log: states of members are polled", host=HOST)
    return None


def _keep(file: Path, port: int, found: socket.socket) -> None:
    try:
        durable.write(file, b"%d\n" % port, survives_power_loss=True)
    except OSError:
        found.close()
        raise


def _port_of(file: Path) -> int | None:
    try:
        text = file.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text) < 2**16 else None


def _bind(port: int) -> socket.socket | None:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    try:
        made.bind((HOST, port))
    except OSError:
        made.close()
        return None
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _ROOM)  # root's right
    except OSError:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
    return made


def _drops_of(found: socket.socket) -> int:
    try:
        told = found.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
        return int(_MEMINFO.unpack(told)[_DROPS])
    except (OSError, struct.error):
        return 0  # a kernel before 4.12 does not tell
