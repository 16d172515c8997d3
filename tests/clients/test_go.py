"""The client for Go: its own tests, conformance and the README's example among them; and the soak."""

from pathlib import Path

from tests.clients import toolchain
from tests.clients.soaking import soak
from tests.clients.toolchain import CLIENTS

pytestmark = [toolchain.needed("Go", "go", "version", least=(1, 25)), toolchain.TIME]


async def test_go() -> None:
    await toolchain.run("go", "go", "vet", "./...")
    await toolchain.run("go", "go", "test", "-count=1", "./...")


async def test_soak(tmp_path: Path) -> None:
    program = tmp_path / "fold"
    await toolchain.run("go", "go", "build", "-o", str(program), "./internal/fold")
    await soak(CLIENTS / "go", str(program))
