"""`drain`, `maint`, `ready` and `weight`: what operators say of single members.

Members are set one after the other. One that fails holds up none of the others; failures are told at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aqueduct.cli.client import names, outcomes, screen
from aqueduct.cli.client.connection import connected
from aqueduct.cli.client.getting import members_of
from aqueduct.cli.client.writing import TABLE
from aqueduct.cli.commands.options import Server
from aqueduct.cli.failures import Exit, Failed
from aqueduct.model.documents import to_document
from aqueduct.model.members import member_name
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT, WAIT_FOR_SERVING, WaitFor
from aqueduct.v1.backend_pb2 import (
    AdminState,
    SetMemberStateRequest,
    SetMemberStateResponse,
    SetMemberWeightRequest,
    SetMemberWeightResponse,
)

_STATES = {
    "drain": AdminState.ADMIN_STATE_DRAIN,
    "maint": AdminState.ADMIN_STATE_MAINT,
    "ready": AdminState.ADMIN_STATE_READY,
}
Response = SetMemberStateResponse | SetMemberWeightResponse


@dataclass(frozen=True, slots=True)
class How:
    """Whether to wait until HAProxy serves by it, and how to print it."""

    wait: bool
    output: str

    @property
    def wait_for(self) -> WaitFor:
        """When the server is to answer."""
        return WAIT_FOR_SERVING if self.wait else WAIT_FOR_COMMIT


def set_state(server: Server, word: str, members: Sequence[str], state: str, how: How) -> int:
    """Set the state of members of a backend: of all, where none are named."""
    key = names.backend(word)
    with connected(server) as connection:
        found = members or [member_name(each) for each in members_of(connection, key)]
        if not found:
            raise Failed(f"backends/{key} has no members", Exit.NOT_FOUND)

        def one(member: str) -> Response:
            request = SetMemberStateRequest(
                key=key, member=member, state=_STATES[state], wait_for=how.wait_for
            )
            return connection.change(connection.backends.SetMemberState, request)

        return _each(found, one, f"of backends/{key}: {state}", how.output)


def set_weight(server: Server, word: str, member: str, weight: int | None, how: How) -> int:
    """Set a member's weight; None: back to its own."""
    key = names.backend(word)
    request = SetMemberWeightRequest(key=key, member=member, weight=weight, wait_for=how.wait_for)
    with connected(server) as connection:

        def one(_: str) -> Response:
            return connection.change(connection.backends.SetMemberWeight, request)

        told = "its own weight" if weight is None else f"weight {weight}"
        return _each([member], one, f"of backends/{key}: {told}", how.output)


def _each(members: Sequence[str], one: Callable[[str], Response], words: str, output: str) -> int:
    done: list[Response] = []
    failures: list[Failed] = []
    for member in members:
        try:
            response = one(member)
        except Failed as failure:
            failures.append(failure)
            if failure.exit_code not in (Exit.REFUSED, Exit.NOT_FOUND):
                break  # of the others it would be no better
            continue
        done.append(response)
        if output == TABLE:
            screen.tell(f"{screen.plain(member_name(response.member))} {words}")
            outcomes.done(response.revision, response.apply if response.HasField("apply") else None)
    _print(done, output)
    if failures:
        raise Failed([line for failure in failures for line in failure.lines], Exit(failures[0].exit_code))
    return 0


def _print(done: Sequence[Response], output: str) -> None:
    if output == "name":
        outcomes.names(member_name(response.member) for response in done)
    elif output != TABLE:
        outcomes.printed({"changes": [to_document(response) for response in done]}, output)
