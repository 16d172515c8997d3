"""Rendering by one template for the whole file, as `--template-file` takes it.

The template sees all resources at once, so all of it is rendered each time: its cost follows the
configuration. The rest is as by single sections: resources own the sections that bear their names,
and what is routed to without being there gets a placeholder, where the template makes none itself.
"""

from collections.abc import Mapping

from aqueduct.model.capabilities import Capabilities
from aqueduct.model.members import server_states
from aqueduct.model.resources import Kind, Ref
from aqueduct.model.snapshot import Snapshot
from aqueduct.model.tokens import token_of
from aqueduct.render.engine import Engine
from aqueduct.render.rendered import Rendered, section_name
from aqueduct.render.routing import has_proxy, mode_of, routes_of
from aqueduct.render.sections import join, split_sections


def render_whole(engine: Engine, template: str, capabilities: Capabilities, snapshot: Snapshot) -> Rendered:
    """Render `snapshot` by the template of the whole file."""
    expected = _expected(snapshot)
    names = {
        key: section_name(key, key in snapshot.backends or key in expected, capabilities)
        for key in snapshot.frontends
    }
    sections = split_sections(
        engine.render(
            template,
            frontends=[snapshot.frontends[key] for key in sorted(snapshot.frontends)],
            backends=[snapshot.served[key] for key in sorted(snapshot.served)],
            names=names,
            missing=sorted(expected.items()),
        )
    )
    found = {name: mode for name, mode in _routed(sections).items() if not has_proxy(sections, name)}
    for name, mode in sorted(found.items()):
        sections |= split_sections(engine.render("missing.cfg.j2", key=name, mode=mode))
    missing = sorted(found.keys() | (expected.keys() & _routed(sections).keys()))
    owners = _owners(snapshot, names, sections)
    states = {
        header: of
        for header, ref in owners.items()
        if ref.kind is Kind.BACKEND and (of := server_states(snapshot.served[ref.key]))
    }
    return Rendered(snapshot, split_sections(join(sections)), owners, tuple(missing), states=states)


def _expected(snapshot: Snapshot) -> dict[str, str]:
    """Return the backends that frontends lead to and that do not exist, each with a mode that fits."""
    modes: dict[str, str] = {}
    for frontend in snapshot.frontends.values():
        named = {
            frontend.backend,
            *(rule.backend for rule in frontend.rules),
            *routes_of("\n".join(frontend.natives)),
        }
        for name in named - snapshot.backends.keys():
            if modes.get(name) != "http":
                modes[name] = token_of(frontend, "mode")
    return modes


def _routed(sections: Mapping[str, str]) -> dict[str, str]:
    """Return the backends that sections lead to, each with a mode that fits."""
    fallback = mode_of(sections.get("defaults", "")) or "tcp"
    modes: dict[str, str] = {}
    for text in sections.values():
        for name in routes_of(text):
            if modes.get(name) != "http":
                modes[name] = mode_of(text) or fallback
    return modes


def _owners(snapshot: Snapshot, names: Mapping[str, str], sections: Mapping[str, str]) -> dict[str, Ref]:
    owners = {f"backend {key}": Ref(Kind.BACKEND, key) for key in snapshot.backends}
    owners |= {f"frontend {name}": Ref(Kind.FRONTEND, key) for key, name in names.items()}
    return {header: owners[header] for header in sections if header in owners}
