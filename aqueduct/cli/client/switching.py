"""`switch`: a dynamic backend goes from one version to another."""

from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration

from aqueduct.cli.client import names, outcomes, screen
from aqueduct.cli.client.connection import connected
from aqueduct.cli.client.writing import TABLE, how
from aqueduct.cli.commands.options import Server, Writing
from aqueduct.v1.backend_pb2 import SetBackendVersionRequest, SetBackendVersionResponse, SwitchPolicy

_AFTER_THE_SWITCH = 60.0
"""Seconds beyond `--switch-timeout` that an answer is waited for."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How to switch this time, times in seconds; None: as the backend says."""

    min_healthy: int | None
    switch_timeout: float | None
    drain_timeout: float | None

    def message(self) -> SwitchPolicy | None:
        """Return it as the API has it; None where all is as the backend says."""
        if self == Policy(None, None, None):
            return None
        return SwitchPolicy(
            min_healthy=self.min_healthy,
            switch_timeout=_duration(self.switch_timeout),
            drain_timeout=_duration(self.drain_timeout),
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to switch, and to what."""

    key: str
    version: str
    name: str
    policy: Policy
    expected_revision: int | None
    allow_empty: bool


def switch(server: Server, wanted: Wanted, writing: Writing, output: str) -> int:
    """Switch, and tell what serves now."""
    request = SetBackendVersionRequest(
        key=names.backend(wanted.key),
        version=wanted.version,
        name=wanted.name,
        expected_revision=wanted.expected_revision,
        allow_empty=wanted.allow_empty,
        switch_policy=wanted.policy.message(),
        **how(writing),
    )
    patient = server.at_least((wanted.policy.switch_timeout or 0) + _AFTER_THE_SWITCH)
    with connected(patient) as connection:
        make = connection.plan if writing.dry_run else connection.change
        _tell(make(connection.backends.SetBackendVersion, request), writing, output)
    return 0


def _tell(response: SetBackendVersionResponse, writing: Writing, output: str) -> None:
    name = f"backends/{response.backend.key}"
    if output == "name":
        outcomes.names([name])
    elif output != TABLE:
        outcomes.printed(response, output)
    elif writing.dry_run:
        outcomes.plan(response.plan, verbose=True)
    else:
        verb = "serves" if writing.wait else "is switched to"
        screen.tell(screen.plain(f"{name} {verb} {response.backend.name} {response.backend.version}"))
        outcomes.done(response.revision, response.apply if response.HasField("apply") else None)


def _duration(seconds: float | None) -> Duration | None:
    if seconds is None:
        return None
    duration = Duration()
    duration.FromMilliseconds(round(seconds * 1_000))
    return duration
