"""What is counted, in both formats, and of which calls."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text
from structlog.testing import capture_logs

from aqueduct.errors import NotFound
from aqueduct.metrics.metrics import Metrics
from aqueduct.rpc.calls import Call, Calls, Refused
from aqueduct.v1.activity_pb2 import VERB_DOWN, Event
from aqueduct.v1.apply_pb2 import APPLY_KIND_RELOAD, APPLY_KIND_RUNTIME, ApplyOutcome

PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
METHOD = "/aqueduct.v1.BackendService/GetBackend"


def told(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Return the value of a sample, None where there is none."""
    body, _ = metrics.exposition(None)
    samples = [each for family in text(body.decode()) for each in family.samples]
    found = [each.value for each in samples if each.name == name and each.labels == labels]
    return found[0] if found else None


def _parsed(body: bytes) -> list[Metric]:
    parse: Any = openmetrics  # without types
    return list(parse(body.decode()))


async def answering(value: str) -> str:
    return value


async def failing(error: Exception) -> str:
    raise error


async def endless() -> AsyncGenerator[int, None]:
    yield 1
    await asyncio.Event().wait()


class TestFormats:
    def test_text_by_default_and_openmetrics_for_who_asks(self) -> None:
        metrics = Metrics()
        body, media_type = metrics.exposition(None)
        assert media_type == "text/plain; version=0.0.4; charset=utf-8"
        plain = {family.name for family in text(body.decode())}
        body, media_type = metrics.exposition(PROMETHEUS)
        assert media_type.startswith("application/openmetrics-text; version=1.0.0; charset=utf-8")
        assert {family.name for family in _parsed(body)} == {name.removesuffix("_total") for name in plain}

    @pytest.mark.parametrize("accept", ["text/html", "application/json", "", "text/plain;version=x", ";;,"])
    def test_other_wishes_get_the_text(self, accept: str) -> None:
        _, media_type = Metrics().exposition(accept)
        assert media_type == "text/plain; version=0.0.4; charset=utf-8"

    def test_nothing_tells_when_it_was_made(self) -> None:
        metrics = Metrics()
        metrics.note_lag("StatsWatch", 0.1)
        assert b"_created" not in metrics.exposition(None)[0]
        assert b"_created" not in metrics.exposition(PROMETHEUS)[0]

    def test_no_lag_is_negative(self) -> None:
        metrics = Metrics()
        metrics.note_lag("StatsWatch", -5.0)
        assert told(metrics, "aqueduct_stream_lag_seconds_sum", stream="StatsWatch") == 0

    def test_two_of_them_have_nothing_in_common(self) -> None:
        one, other = Metrics(), Metrics()
        one.note_commit(0.1)
        assert told(one, "aqueduct_store_commit_duration_seconds_count") == 1
        assert told(other, "aqueduct_store_commit_duration_seconds_count") == 0


class TestWhatHappens:
    def test_applies_by_kind_and_result(self) -> None:
        metrics, took = Metrics(), Duration(nanos=20_000_000)
        metrics.note_apply(ApplyOutcome(kind=APPLY_KIND_RUNTIME, duration=took))
        metrics.note_apply(ApplyOutcome(kind=APPLY_KIND_RELOAD, duration=took, reason="backend a added"))
        metrics.note_apply(ApplyOutcome(kind=APPLY_KIND_RELOAD, duration=took, error="no"))
        assert told(metrics, "aqueduct_applies_total", kind="runtime", result="served") == 1
        assert told(metrics, "aqueduct_applies_total", kind="reload", result="served") == 1
        assert told(metrics, "aqueduct_applies_total", kind="reload", result="failed") == 1
        assert told(metrics, "aqueduct_applies_total", kind="start", result="failed") == 0
        assert told(metrics, "aqueduct_reloads_total", reason="section_added") == 1
        assert told(metrics, "aqueduct_reloads_total", reason="other") == 0
        assert told(metrics, "aqueduct_apply_duration_seconds_bucket", kind="reload", le="0.01") == 0
        assert told(metrics, "aqueduct_apply_duration_seconds_bucket", kind="reload", le="0.025") == 2

    def test_lags_and_events(self) -> None:
        metrics = Metrics()
        metrics.note_lag("StatsWatch", 0.002)
        metrics.note_event(Event(verb=VERB_DOWN, resource="backends/web", member="a"))
        assert told(metrics, "aqueduct_stream_lag_seconds_count", stream="StatsWatch") == 1
        assert told(metrics, "aqueduct_events_total", verb="down") == 1
        assert told(metrics, "aqueduct_events_total", verb="up") == 0


class TestCalls:
    async def test_each_is_counted_by_its_code_and_protocol(self) -> None:
        metrics = Metrics()
        calls = Calls([metrics.calls])
        await calls.answer(Call(METHOD), lambda: answering("x"))
        await calls.answer(Call(METHOD, protocol="rest"), lambda: answering("x"))
        for error in (NotFound("backend", "b"), NotFound("backend", "c"), ZeroDivisionError()):
            with pytest.raises(Refused), capture_logs():
                await calls.answer(Call(METHOD), lambda error=error: failing(error))  # type: ignore[misc]
        of = {"protocol": "grpc", "method": METHOD[1:]}
        assert told(metrics, "aqueduct_rpcs_total", **of, code="OK") == 1
        assert told(metrics, "aqueduct_rpcs_total", **of, code="NOT_FOUND") == 2
        assert told(metrics, "aqueduct_rpcs_total", **of, code="INTERNAL") == 1
        assert told(metrics, "aqueduct_rpcs_total", **{**of, "protocol": "rest"}, code="OK") == 1
        assert told(metrics, "aqueduct_rpc_duration_seconds_count", **of) == 4
        assert told(metrics, "aqueduct_rpcs_in_progress", **of) == 0

    async def test_what_a_later_interceptor_refuses_is_counted_as_that(self) -> None:
        metrics = Metrics()

        def closed(_: Call) -> None:
            raise NotFound("door", "to here")

        calls = Calls([metrics.calls, closed])  # type: ignore[list-item] # fails before it is entered
        with pytest.raises(Refused):
            await calls.answer(Call(METHOD), lambda: answering("x"))
        assert told(metrics, "aqueduct_rpcs_total", protocol="grpc", method=METHOD[1:], code="NOT_FOUND") == 1

    async def test_streams_are_counted_while_they_are_open_and_not_timed(self) -> None:
        metrics = Metrics()
        of = {"protocol": "grpc", "method": METHOD[1:]}
        async with aclosing(Calls([metrics.calls]).stream(Call(METHOD), endless)) as stream:
            await anext(stream)
            assert told(metrics, "aqueduct_streams_open", **of) == 1
            assert told(metrics, "aqueduct_rpcs_in_progress", **of) is None
        assert told(metrics, "aqueduct_streams_open", **of) == 0
        assert told(metrics, "aqueduct_rpcs_total", **of, code="CANCELLED") == 1
        assert told(metrics, "aqueduct_rpc_duration_seconds_count", **of) is None
