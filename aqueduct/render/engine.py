"""The templates: Jinja2 with the filters that HAProxy's configuration needs.

A template that fails is the operator's to mend: it raises Unmet with the file and the line.
Templates are compiled once; rendering is free of side effects.
"""

import traceback
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from jinja2 import Environment, FunctionLoader, StrictUndefined, TemplateSyntaxError

from aqueduct.errors import Unmet
from aqueduct.model.bind import parse_bind
from aqueduct.model.capabilities import Capabilities
from aqueduct.model.members import server_weight
from aqueduct.model.servers import is_name, server_address, server_ids, server_name
from aqueduct.model.tokens import token_of
from aqueduct.model.words import quote, split
from aqueduct.render.acls import acl_criterion, acl_name, acl_patterns
from aqueduct.render.natives import has_directive, phase
from aqueduct.settings import ProxySettings
from aqueduct.v1.backend_pb2 import Backend, Member

_In = TypeVar("_In")
_Out = TypeVar("_Out")

_DIRECTORY = "templates/"
_HASHES = ("source", "uri", "url_param", "hdr(", "rdp-cookie", "hash")


class Engine:
    """Compiled templates. All of them see `settings` and `capabilities`."""

    def __init__(
        self, templates: Mapping[str, str], settings: ProxySettings, capabilities: Capabilities
    ) -> None:
        self._environment = _environment(templates)
        self._environment.globals.update(settings=settings, capabilities=capabilities)
        self._compiled = {name: _guarded(name, self._environment.get_template, name) for name in templates}

    def render(self, template: str, **variables: Any) -> str:
        """Return what `template` makes of `variables`; Unmet where it fails."""
        return _guarded(template, self._compiled[template].render, variables)


def _environment(templates: Mapping[str, str]) -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: _source(templates, name)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - the output is no HTML
    )
    environment.filters.update(
        quote=quote,
        token=token_of,
        bind=_bind,
        balance=_balance,
        acl_name=acl_name,
        acl_criterion=acl_criterion,
        acl_patterns=acl_patterns,
        phase=phase,
        log_format=_log_format,
        server_name=_server_name,
        server_ids=_server_ids,
        server_address=_server_address,
        server_weight=server_weight,
    )
    environment.tests.update(hashed=_is_hashed, host_name=is_name, having=has_directive)
    return environment


def _source(templates: Mapping[str, str], name: str) -> tuple[str, str, None] | None:
    return (templates[name], _DIRECTORY + name, None) if name in templates else None


def _guarded(template: str, action: Callable[[_In], _Out], argument: _In) -> _Out:
    try:
        return action(argument)
    except TemplateSyntaxError as error:
        place, reason = f"{error.name or template}:{error.lineno}", error.message or "syntax error"
        raise Unmet("TEMPLATE", _DIRECTORY + place, reason) from error
    except Exception as error:  # whatever the operator's template does, it is told with its place
        reason = f"{type(error).__name__}: {error}"
        raise Unmet("TEMPLATE", _DIRECTORY + _place(template, error), reason) from error


def _place(template: str, error: Exception) -> str:
    """Return the innermost template and its line that `error` passed through, if it did any."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(_DIRECTORY):
            return f"{frame.filename.removeprefix(_DIRECTORY)}:{frame.lineno}"
    return template


def _bind(text: str) -> str:
    return " ".join(map(quote, parse_bind(text).words))


def _balance(text: str) -> str:
    return " ".join(map(quote, split(text)))


def _is_hashed(text: str) -> bool:
    return split(text)[0].startswith(_HASHES)


def _log_format(text: str) -> str:
    return quote(text.replace("%", "%%"))


def _server_name(member: Member, backend: Backend) -> str:
    return server_name(backend.key, member)


def _server_ids(backend: Backend) -> dict[str, int]:
    return server_ids(backend.key, backend.members)


def _server_address(member: Member) -> str:
    return quote(server_address(member))
