"""Aqueduct inside another program. The example of docs/module.md is run by test_readme.py."""

from pathlib import Path

import pytest

from aqueduct.app import Aqueduct
from aqueduct.settings import Settings
from aqueduct.v1.haproxy_pb2 import GetStatusRequest


@pytest.fixture
def module(haproxy_binary: Path, tmp_path: Path) -> Aqueduct:
    return Aqueduct(Settings(data_dir=tmp_path / "data", grpc_port=0, port=0, haproxy_bin=haproxy_binary))


async def test_what_the_body_raises_comes_out_as_it_is(module: Aqueduct) -> None:
    async def body() -> None:
        async with module:
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        await body()
    async with module:  # and again
        assert (await module.haproxy.GetStatus(GetStatusRequest())).status.version


async def test_one_that_is_entered_is_not_entered_again(module: Aqueduct) -> None:
    async with module:
        with pytest.raises(RuntimeError, match="entered already"):
            await module.__aenter__()
        status = (await module.haproxy.GetStatus(GetStatusRequest())).status
        assert status.applied_revision == status.stored_revision
