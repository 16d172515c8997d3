"""The renderer: a snapshot becomes the sections of HAProxy's configuration.

One template per kind of section, rendered for one resource at a time: a section depends on its own
resource, the settings, and for a frontend on the name that is free for it, on nothing else. Hence a
section is rendered again only when its resource is another object than before; all else is a walk
over dictionaries. A template for the whole file is rendered as a whole each time.

A backend that is routed to and does not exist becomes a placeholder: an empty backend, by which
HAProxy answers 503 where the route leads there, in the order of the rules.
"""

from collections.abc import Callable, Collection, Container, Mapping
from typing import NamedTuple, TypeVar

from aqueduct.model.capabilities import Capabilities
from aqueduct.model.members import server_states
from aqueduct.model.resources import Kind, Ref, Resource
from aqueduct.model.snapshot import Snapshot
from aqueduct.model.tokens import token_of
from aqueduct.render.engine import Engine
from aqueduct.render.patch import patched
from aqueduct.render.rendered import Piece, Rendered, piece_of, section_name
from aqueduct.render.routing import has_proxy
from aqueduct.render.sections import unused
from aqueduct.render.templates import builtin_templates
from aqueduct.render.whole import render_whole
from aqueduct.settings import ProxySettings
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.frontend_pb2 import Frontend

__all__ = ["Rendered", "Renderer"]

_WHOLE = "haproxy.cfg.j2"
_BACKEND = "backend.cfg.j2"
_R = TypeVar("_R", bound=Resource)


class Design(NamedTuple):
    """What all that is rendered has in common."""

    engine: Engine
    fixed: Piece | None
    """The sections that need no resource; None where there is one template for the whole file."""
    has_own_members: bool
    """Whether server lines are those of the built-in template, of which HAProxy refuses none."""


class Renderer:
    """Renders snapshots. Raises Unmet, of kind TEMPLATE, where a template fails.

    `templates` are those of single sections by file name; `whole`, where given, is one template for
    the file, which may include them. Another renderer's `design` may take the place of its own at any time.
    """

    def __init__(
        self,
        templates: Mapping[str, str],
        settings: ProxySettings,
        capabilities: Capabilities,
        whole: str | None = None,
    ) -> None:
        sources = dict(templates) if whole is None else {**templates, _WHOLE: whole}
        engine = Engine(sources, settings, capabilities)
        self._capabilities = capabilities
        self.design = Design(
            engine,
            _fixed_sections(engine, settings) if whole is None else None,
            whole is None and templates[_BACKEND] == builtin_templates()[_BACKEND],
        )
        """What it renders by."""

    def render(
        self, snapshot: Snapshot, previous: Rendered | None = None, touched: Collection[Ref] | None = None
    ) -> Rendered:
        """Render `snapshot`, and take from `previous` what did not change since, if it is of the same design.

        `touched`, where given, names all resources that may differ from those of `previous`: the cost
        follows them then, and not the configuration.
        """
        engine, fixed, _ = self.design
        if fixed is None:
            return render_whole(engine, _WHOLE, self._capabilities, snapshot)
        if previous is None or previous.fixed is not fixed:
            return self._rendered(snapshot, Rendered(Snapshot(), {}, {}, ()), fixed)
        short = patched(previous, snapshot, self._frontend, self._backend, touched)
        return short or self._rendered(snapshot, previous, fixed)

    def _rendered(self, snapshot: Snapshot, before: Rendered, fixed: Piece) -> Rendered:
        backends = _reused(snapshot.served, before.backends, self._backend)
        frontends = _reused(snapshot.frontends, before.frontends, self._frontend)
        missing = _missing([fixed, *frontends.values()], backends)
        placeholders = self._placeholders(missing, before.placeholders)
        named = self._named(snapshot, frontends, missing)
        sections, owners = _assembled(fixed, named, backends, placeholders)
        states = {header: of for piece in backends.values() for header, of in piece.states.items()}
        return Rendered(
            snapshot,
            sections,
            owners,
            tuple(missing),
            fixed,
            named,
            backends,
            placeholders,
            states,
        )

    def _backend(self, backend: Backend) -> Piece:
        text = self.design.engine.render(_BACKEND, backend=backend)
        states = server_states(backend)
        return piece_of(text, Ref(Kind.BACKEND, backend.key), backend, name=backend.key, states=states)

    def _frontend(self, frontend: Frontend, name: str | None = None) -> Piece:
        name = name or frontend.key
        text = self.design.engine.render("frontend.cfg.j2", frontend=frontend, name=name)
        mode = token_of(frontend, "mode")
        return piece_of(text, Ref(Kind.FRONTEND, frontend.key), frontend, name=name, mode=mode)

    def _placeholders(self, missing: Mapping[str, str], before: Mapping[str, Piece]) -> dict[str, Piece]:
        return {
            key: piece
            if (piece := before.get(key)) is not None and piece.mode == mode
            else piece_of(
                self.design.engine.render("missing.cfg.j2", key=key, mode=mode), name=key, mode=mode
            )
            for key, mode in missing.items()
        }

    def _named(
        self, snapshot: Snapshot, frontends: Mapping[str, Piece], missing: Container[str]
    ) -> Mapping[str, Piece]:
        """Render those frontends again whose section has to bear another name."""
        names = {
            key: section_name(key, key in snapshot.backends or key in missing, self._capabilities)
            for key in frontends
        }
        return {
            key: piece if piece.name == names[key] else self._frontend(snapshot.frontends[key], names[key])
            for key, piece in frontends.items()
        }


def _fixed_sections(engine: Engine, settings: ProxySettings) -> Piece:
    names = ["global.cfg.j2", "defaults.cfg.j2", *(["stats.cfg.j2"] if settings.stats_page else [])]
    return piece_of("\n".join(engine.render(name) for name in names))


def _reused(
    resources: Mapping[str, _R], before: Mapping[str, Piece], render: Callable[[_R], Piece]
) -> dict[str, Piece]:
    """Return the pieces of `resources` by key, in order of keys, rendering only what is not in `before`."""
    order = before if before.keys() == resources.keys() else sorted(resources)
    return {
        key: piece
        if (piece := before.get(key)) is not None and piece.resource is resources[key]
        else render(resources[key])
        for key in order
    }


def _missing(leading: list[Piece], backends: Mapping[str, Piece]) -> dict[str, str]:
    """Return the backends that are led to but do not exist, each with a mode that fits, in order of keys."""
    modes: dict[str, str] = {}
    for piece in leading:
        for name in piece.routes:
            if name not in backends and modes.get(name) != "http":
                modes[name] = piece.mode
    if not modes:
        return modes
    headers = {header for piece in (*leading, *backends.values()) for header in piece.sections}
    return {name: modes[name] for name in sorted(modes) if not has_proxy(headers, name)}


def _assembled(
    fixed: Piece,
    frontends: Mapping[str, Piece],
    backends: Mapping[str, Piece],
    placeholders: Mapping[str, Piece],
) -> tuple[dict[str, str], dict[str, Ref]]:
    """Return all sections in the order of the file, and the owners of those that have one."""
    sections, owners = dict(fixed.sections), {}
    behind = {**backends, **placeholders}
    order = sorted(behind) if placeholders else behind
    for piece in (*frontends.values(), *(behind[key] for key in order)):
        for header, text in piece.sections.items():
            unique = header if header not in sections else unused(header, sections)
            sections[unique] = text
            if piece.ref is not None:
                owners[unique] = piece.ref
    return sections, owners
