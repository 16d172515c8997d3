"""The program's log: structlog and the standard library's logging (gRPC, asyncio) in one stream.

On stderr, one event a line: JSON unless stderr is a terminal, readable there. Elsewhere
`structlog.get_logger()` is all that is needed. Logging never raises: whoever read the log may go
away, and the program goes on.
"""

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
)


def configure(*, debug: bool, stream: TextIO | None = None, environ: Mapping[str, str] = os.environ) -> None:
    """Log to `stream` (by default stderr) from now on; INFO and above, with `debug` everything."""
    stream = stream or sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115 # None where it was closed at the start
    shared = (*_SHARED, _timestamp(stream))
    handler = _Handler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(stream, environ),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=_level(debug=debug), force=True)
    logging.captureWarnings(capture=True)
    by_level = structlog.stdlib.filter_by_level  # asks each time: the level may change
    structlog.configure(
        processors=[by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def settle() -> None:
    """Log by the standard library's logging, as it stands, where nobody has said where to log to."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.processors.format_exc_info, _as_text],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _as_text(_: WrappedLogger, __: str, event: EventDict) -> str:
    exception = event.pop("exception", None)
    words = [str(event.pop("event")), *(f"{key}={value!r}" for key, value in event.items())]
    return " ".join(words) + (f"\n{exception}" if exception else "")


def set_level(*, debug: bool) -> None:
    """Log INFO and above from now on, with `debug` everything."""
    logging.getLogger().setLevel(_level(debug=debug))


def _level(*, debug: bool) -> int:
    return logging.DEBUG if debug else logging.INFO


class _Handler(logging.StreamHandler[TextIO]):
    """Drops what cannot be written. Where the reader is gone, what follows goes nowhere."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 # logging's name
        if isinstance(sys.exception(), BrokenPipeError):
            # Else what the stream still holds would fail again, at the latest when Python ends.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)
        elif not isinstance(sys.exception(), OSError):
            super().handleError(record)


def _timestamp(stream: TextIO) -> Processor:
    if stream.isatty():
        return structlog.processors.TimeStamper(fmt="%H:%M:%S.%f", utc=False)
    return structlog.processors.TimeStamper(fmt="iso", utc=True)


def _rendering(stream: TextIO, environ: Mapping[str, str]) -> list[Processor]:
    if not stream.isatty():
        return [
            structlog.processors.format_exc_info,
            _first_things_first,
            structlog.processors.JSONRenderer(),
        ]
    colours = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"  # https://no-color.org
    return [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)]


def _first_things_first(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: event[key] for key in ("timestamp", "level", "event") if key in event} | dict(event)
