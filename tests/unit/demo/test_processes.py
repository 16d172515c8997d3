"""Processes that do not do what they were started for."""

from pathlib import Path

import pytest

from aqueduct.demo.processes import Aqueduct, ProcessFailed


async def test_what_it_said_last_is_told(tmp_path: Path) -> None:
    aqueduct = Aqueduct(tmp_path / "data", options=("--nonsense",))
    with pytest.raises(ProcessFailed, match=r"ended with 2:\naqueduct: No such option '--nonsense'"):
        await aqueduct.__aenter__()
    assert not aqueduct.running
    assert aqueduct.haproxy_pids() == []
