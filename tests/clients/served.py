"""`clients/serve`, as the tests of every client use it: started, told words, and ended with its input."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any, Self

import yaml

SERVE = Path(__file__).parents[2] / "clients" / "serve"
SCENARIOS = yaml.safe_load((SERVE.parent / "conformance" / "scenarios.yaml").read_text())["scenarios"]


class Served:
    """The server of one run."""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            SERVE, stdin=PIPE, stdout=PIPE, env={"AQUEDUCT_PYTHON": sys.executable}, limit=1 << 20
        )
        where = await self._line()
        self.target: str = where["target"]
        self.variables: dict[str, str] = where["variables"]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert await self._process.wait() == 0

    async def tell(self, word: str) -> Any:
        """Have it do something; return its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        answer = await self._line()
        assert answer.get("ok"), f"{word}: {answer}"
        return answer

    async def _line(self) -> Any:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "clients/serve has ended"
        return json.loads(line)
