"""Whether there are traces, and where they go: by OpenTelemetry's own environment variables.

They are on where an endpoint is given (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`)
or an exporter is named (`OTEL_TRACES_EXPORTER`: `otlp`, `console`), and nothing says otherwise
(`OTEL_SDK_DISABLED=true`, `OTEL_TRACES_EXPORTER=none`). All else that they say is the SDK's to read.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

    from aqueduct.tracing.spans import Tracing

log = structlog.get_logger()

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_EXPORTER: Final = "OTEL_TRACES_EXPORTER"
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_DEFAULT_PROTOCOL: Final = "grpc"


def tracing(environ: Mapping[str, str], version: str) -> "Tracing | None":
    """Return what traces calls, None where there are no traces.

    What cannot be done is logged: no Aqueduct ends for want of a trace.
    """
    names = _exporters(environ)
    if not names:
        return None
    try:
        from aqueduct.tracing.spans import Tracing, provider  # noqa: PLC0415 # it takes the packages, and time

        exporters = [_exporter(name, environ) for name in names]
    except ImportError as error:
        log.warning(
            "there are no traces, though the environment asks for them: install aqueduct[otel]",
            missing=error.name,
        )
        return None
    except ValueError as error:
        log.warning("there are no traces", error=str(error))
        return None
    log.info("calls are traced", exporters=names)
    return Tracing(provider(exporters, environ, version), version)


def _exporters(environ: Mapping[str, str]) -> list[str]:
    """Return the names of the exporters that are asked for."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return []
    named = [name.strip() for name in environ.get(_EXPORTER, "").split(",") if name.strip()]
    if named:
        return [name for name in named if name != "none"]
    return ["otlp"] if any(environ.get(name) for name in _ENDPOINTS) else []


def _exporter(name: str, environ: Mapping[str, str]) -> "SpanExporter":
    """Return an exporter. ValueError for a name that there is not."""
    if name == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter  # noqa: PLC0415 # see above

        return ConsoleSpanExporter()
    if name != "otlp":
        raise ValueError(f"{_EXPORTER} must be otlp, console or none, not {name!r}")
    protocol = next((environ[each] for each in _PROTOCOLS if environ.get(each)), _DEFAULT_PROTOCOL)
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (  # noqa: PLC0415 # see above
            OTLPSpanExporter,
        )

        return OTLPSpanExporter()
    if protocol == "http/protobuf":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 # see above
            OTLPSpanExporter as HttpSpanExporter,
        )

        return HttpSpanExporter()
    raise ValueError(f"{_PROTOCOLS[1]} must be grpc or http/protobuf, not {protocol!r}")
