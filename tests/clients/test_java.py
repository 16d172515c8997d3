"""The client for Java: its own tests, conformance and the README's example among them; and the soak."""

from pathlib import Path

from tests.clients import toolchain
from tests.clients.soaking import soak
from tests.clients.toolchain import CLIENTS

pytestmark = [
    toolchain.needed("Java", "javac", "-version", least=(17,)),
    toolchain.needed("Maven", "mvn", "-version", least=(3, 8)),
    toolchain.TIME,
]

_MAVEN = ("mvn", "-B", "-q", "-Dstyle.color=never")


async def test_java() -> None:
    await toolchain.run("java", *_MAVEN, "test")


async def test_soak(tmp_path: Path) -> None:
    libraries = tmp_path / "libraries"
    await toolchain.run(
        "java", *_MAVEN, "test-compile", "dependency:build-classpath", f"-Dmdep.outputFile={libraries}"
    )
    path = f"target/test-classes:target/classes:{libraries.read_text()}"
    await soak(CLIENTS / "java", "java", "-cp", path, "io.aqueduct.client.Fold")
