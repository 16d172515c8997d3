"""The client for Rust: its own tests, conformance and the README's example among them; and the soak."""

from typing import Final

from tests.clients import toolchain
from tests.clients.soaking import soak
from tests.clients.toolchain import CLIENTS

pytestmark = [toolchain.needed("Rust", "cargo", "--version", least=(1, 88)), toolchain.TIME]

_FOLD: Final = ("--quiet", "--locked", "--example", "fold")


async def test_rust() -> None:
    await toolchain.run("rust", "cargo", "test", "--locked")


@toolchain.needed("clippy", "cargo", "clippy", "--version", least=(0, 1, 88))
async def test_no_warning() -> None:
    await toolchain.run("rust", "cargo", "clippy", "--locked", "--all-targets", "--", "--deny=warnings")
    await toolchain.run("rust", "cargo", "rustdoc", "--locked", "--lib", "--", "--deny=warnings")


async def test_soak() -> None:
    await toolchain.run("rust", "cargo", "build", *_FOLD)
    await soak(CLIENTS / "rust", "cargo", "run", *_FOLD, "--")
