"""An upgrade of Aqueduct itself: the one of an earlier commit hands its HAProxy to this one, under load."""

import signal
import subprocess
import tarfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_STATIC,
    Backend,
    Member,
    PutBackendRequest,
)
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import GetStatusRequest
from tests.integration.asking import master_pid, worker_pid
from tests.load import Load
from tests.web import Web

EARLIER = "4b0f11c"
"""A commit whose store, HAProxy configuration and journal this one must be able to go on with."""
_REPOSITORY = Path(__file__).parents[2]
_RUN = (
    "import sys; sys.path.insert(0, {!r}); from aqueduct.cli.main import main; sys.exit(main(sys.argv[1:]))"
)


@dataclass
class Upgraded(Aqueduct):
    """Runs from `source` until `upgraded`, from this very tree then."""

    source: Path = field(kw_only=True)
    upgraded: bool = field(default=False, kw_only=True)

    def _command(self) -> list[str]:
        python, _, _, *words = super()._command()
        source = _REPOSITORY if self.upgraded else self.source
        return [python, "-c", _RUN.format(str(source)), *words]


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tree of the earlier commit."""
    directory = tmp_path_factory.mktemp("earlier")
    git = ["git", "-C", str(_REPOSITORY), "archive", EARLIER, "aqueduct"]
    archive = subprocess.run(git, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip(f"needs git and the commit {EARLIER}: {archive.stderr.decode().strip()}")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tree:
        tree.extractall(directory, filter="data")
    return directory


@pytest.fixture
async def aqueduct(
    haproxy_binary: Path, earlier: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Upgraded]:
    data_dir = tmp_path_factory.mktemp("aq") / "data"
    async with Upgraded(data_dir, haproxy_binary, ("--on-exit=keep",), source=earlier) as aqueduct:
        yield aqueduct


async def test_an_upgrade_costs_no_request_and_one_reload_at_most(
    aqueduct: Upgraded, web: Web, free_port: int
) -> None:
    app = Backend(key="app", type=BACKEND_TYPE_STATIC, members=[Member(host="127.0.0.1", port=web.port)])
    await aqueduct.backends.PutBackend(PutBackendRequest(backend=app))
    shop = Frontend(key="shop", bind=f"127.0.0.1:{free_port}", backend="app")
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=shop))
    async with Web("another") as another, Load(free_port) as load:
        app.members.add(host="127.0.0.1", port=another.port)
        await aqueduct.backends.PutBackend(PutBackendRequest(backend=app))  # in the journal alone, maybe
        await load.further(50)
        master = await master_pid(aqueduct)
        assert await aqueduct.end(signal.SIGTERM) == 0
        await load.further(50)
        aqueduct.upgraded = True
        await aqueduct.start()  # it has lines of its own that the earlier one did not write: one reload
        await load.further(50)
        assert await master_pid(aqueduct) == master
        worker = await worker_pid(aqueduct)
        assert await aqueduct.end(signal.SIGTERM) == 0
        await aqueduct.start()
        await load.further(50)
        assert await worker_pid(aqueduct) == worker
        status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
        assert status.version  # which the earlier one did not tell
        assert status.applied_revision == status.stored_revision
        del app.members[0]
        await aqueduct.backends.PutBackend(PutBackendRequest(backend=app))
        await load.further(50)
        assert await worker_pid(aqueduct) == worker
    assert load.failures == []
    assert load.answers.keys() == {"web", "another"}
