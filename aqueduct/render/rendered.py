"""A snapshot as HAProxy's configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from aqueduct.model.capabilities import Capabilities
from aqueduct.model.resources import Ref, Resource
from aqueduct.model.server_states import ServerStates
from aqueduct.model.snapshot import Snapshot
from aqueduct.render.image import Image, defaults_of
from aqueduct.render.routing import routes_of
from aqueduct.render.sections import join, split_sections


@dataclass(frozen=True, slots=True)
class Piece:
    """What one resource, or one backend that does not exist, was rendered to."""

    ref: Ref | None
    resource: Resource | None
    name: str
    """The name of its section, which may differ from the key."""
    mode: str
    sections: Mapping[str, str]
    routes: frozenset[str] = frozenset()
    """The backends that it leads to."""
    states: Mapping[str, ServerStates] = field(default_factory=dict)
    """Of its servers that are not simply ready, by header."""


@dataclass(frozen=True)
class Rendered:
    """A snapshot, and the sections that it was rendered to.

    Invariant: `split_sections(text) == sections`, in the same order.
    """

    snapshot: Snapshot
    sections: Mapping[str, str]
    """Texts by header, in the order of the file: global, defaults, stats page, frontends by key,
    then backends and the placeholders of missing ones by key."""
    owners: Mapping[str, Ref]
    """The resources that sections were rendered from, by header."""
    missing: tuple[str, ...]
    """Keys of backends that are routed to but do not exist, ordered."""
    fixed: Piece | None = field(default=None, repr=False, compare=False)
    """The sections that need no resource: they are of the renderer's design."""
    frontends: Mapping[str, Piece] = field(default_factory=dict, repr=False)
    backends: Mapping[str, Piece] = field(default_factory=dict, repr=False)
    placeholders: Mapping[str, Piece] = field(default_factory=dict, repr=False)
    """By key, in their order: what the next rendering may use again. The renderer's own."""
    states: Mapping[str, ServerStates] = field(default_factory=dict)
    """The states of servers that are not simply ready, by header."""
    defaults: tuple[str, ...] | None = field(default=None, repr=False, compare=False)
    """The texts of the `defaults` sections, where they are those of the rendering before."""
    base: Mapping[str, str] | None = field(default=None, repr=False, compare=False)
    """The `sections` of the rendering before, where it is known what differs from it."""
    changed: frozenset[str] = field(default=frozenset(), compare=False)
    """Headers of all sections that may differ from `base`, states counted."""

    @cached_property
    def image(self) -> Image:
        """What HAProxy is to run."""
        defaults = defaults_of(self.sections) if self.defaults is None else self.defaults
        return Image(self.sections, self.states, defaults)

    def changed_since(self, running: Image) -> frozenset[str] | None:
        """Return the headers of all sections that may differ from `running`; None where that is not known."""
        return self.changed if self.base is not None and self.base is running.sections else None

    @cached_property
    def text(self) -> str:
        """The configuration file."""
        return join(self.sections)


def piece_of(
    text: str,
    ref: Ref | None = None,
    resource: Resource | None = None,
    *,
    name: str = "",
    mode: str = "http",
    states: ServerStates | None = None,
) -> Piece:
    """Return the piece that a template's output `text` is. Comments before its first header go below it."""
    sections = split_sections(text)
    lead = sections.pop("", "")
    if lead and sections:
        first = next(iter(sections))
        header, newline, rest = sections[first].partition("\n")
        sections[first] = header + newline + lead + rest
    by_header = {f"backend {name}": states} if states else {}
    return Piece(ref, resource, name, mode, sections, routes_of(text), by_header)


def section_name(key: str, is_backend: bool, capabilities: Capabilities) -> str:
    """Return the name of frontend `key`'s section, where there `is_backend` of that name or not.

    Where HAProxy does not let a frontend and a backend share a name, the frontend gives way: the
    Runtime API knows backends by their keys.
    """
    return f"{key}:frontend" if is_backend and not capabilities.shares_names else key
