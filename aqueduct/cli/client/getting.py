"""`get`: resources, members, and HAProxy's configuration, as tables, documents or names."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import click

from aqueduct.cli.client import names, outcomes, screen
from aqueduct.cli.client.connection import Connection, connected, pages
from aqueduct.cli.client.forms import resource_document
from aqueduct.cli.client.names import Selection
from aqueduct.cli.client.rows import HEADERS, row
from aqueduct.cli.client.writing import TABLE
from aqueduct.cli.commands.options import Server
from aqueduct.model.documents import to_document
from aqueduct.model.history import KINDS, Configured
from aqueduct.model.members import member_name
from aqueduct.v1.backend_pb2 import (
    Backend,
    GetBackendRequest,
    ListBackendMembersRequest,
    ListBackendsRequest,
    Member,
)
from aqueduct.v1.frontend_pb2 import Frontend, GetFrontendRequest, ListFrontendsRequest
from aqueduct.v1.haproxy_pb2 import GetHAProxyConfigRequest

_COLLECTIONS: Final = tuple(kind.collection for kind in KINDS)


def get(server: Server, words: Sequence[str], output: str) -> int:
    """Show what `words` select."""
    selected = names.selections(words)
    kinds = {selection.kind for selection in selected}
    with connected(server) as connection:
        if kinds == {"config"}:
            _config(connection, selected, output)
        elif kinds == {"members"}:
            keys = [key for selection in selected for key in selection.keys]
            _members(_memberships(connection, [*map(names.backend, keys)]), output)
        elif kinds <= set(_COLLECTIONS):
            _resources(connection, selected, output)
        else:
            raise click.UsageError("members and config are shown alone.")
    return 0


def members_of(connection: Connection, key: str) -> list[Member]:
    """Return the members of a backend, in the order of its server lines."""

    def page(token: str) -> tuple[Sequence[Member], str]:
        request = ListBackendMembersRequest(key=key, page_token=token)
        response = connection.ask(connection.backends.ListBackendMembers, request)
        return response.members, response.next_page_token

    return list(pages(page))


def frontends(connection: Connection) -> Iterator[Frontend]:
    """Iterate over all frontends."""

    def page(token: str) -> tuple[Sequence[Frontend], str]:
        request = ListFrontendsRequest(page_token=token)
        response = connection.ask(connection.frontends.ListFrontends, request)
        return response.frontends, response.next_page_token

    return pages(page)


def backends(connection: Connection) -> Iterator[Backend]:
    """Iterate over all backends, with their members."""

    def page(token: str) -> tuple[Sequence[Backend], str]:
        response = connection.ask(connection.backends.ListBackends, ListBackendsRequest(page_token=token))
        return response.backends, response.next_page_token

    return pages(page)


def _config(connection: Connection, selected: Sequence[Selection], output: str) -> None:
    if output == "name" or any(selection.keys for selection in selected):
        raise click.UsageError("config has no names.")
    response = connection.ask(connection.haproxy.GetHAProxyConfig, GetHAProxyConfigRequest())
    if output == TABLE:
        screen.raw("".join(f"{line}\n" for line in screen.lines_of(response.config)))
    else:
        outcomes.printed(response, output)


def _memberships(connection: Connection, keys: Sequence[str]) -> list[tuple[str, Member]]:
    """Return the members of backends, each with the key of its own; of all, where none are named."""
    if keys:
        return [(key, member) for key in keys for member in members_of(connection, key)]
    return [(backend.key, member) for backend in backends(connection) for member in backend.members]


def _members(found: Sequence[tuple[str, Member]], output: str) -> None:
    if output == "name":
        outcomes.names(member_name(member) for _, member in found)
    elif output == TABLE:
        _table("members", [row(member, key) for key, member in found])
    else:
        documents = [
            {"backend": key, "member": member_name(member)} | to_document(member) for key, member in found
        ]
        outcomes.printed({"members": documents}, output)


def _resources(connection: Connection, selected: Sequence[Selection], output: str) -> None:
    found = {selection.kind: list[Configured]() for selection in selected}
    for selection in selected:
        found[selection.kind] += _read(connection, selection)
    if output == "name":
        outcomes.names(f"{kind}/{each.key}" for kind, resources in found.items() for each in resources)
    elif output != TABLE:
        outcomes.printed(_document(selected, found), output)
    else:
        for number, (kind, resources) in enumerate(found.items()):
            if number:
                screen.tell()
            _table(kind, [row(each) for each in resources])


def _read(connection: Connection, selection: Selection) -> Iterator[Configured]:
    of_frontends = selection.kind == _COLLECTIONS[0]
    if not selection.keys:
        yield from frontends(connection) if of_frontends else backends(connection)
    for key in selection.keys:
        if of_frontends:
            yield connection.ask(connection.frontends.GetFrontend, GetFrontendRequest(key=key)).frontend
        else:
            yield connection.ask(connection.backends.GetBackend, GetBackendRequest(key=key)).backend


def _document(selected: Sequence[Selection], found: dict[str, list[Configured]]) -> dict[str, Any]:
    """Return one resource as such, where one is named, and all else as a configuration."""
    if len(selected) == 1 and len(selected[0].keys) == 1:
        ((resource,),) = found.values()
        return resource_document(resource)
    return {kind: [to_document(each) for each in resources] for kind, resources in found.items()}


def _table(kind: str, rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        screen.table(HEADERS[kind], rows)
    else:
        screen.tell(f"no {kind}", err=True)
