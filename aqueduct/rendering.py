"""Renderers as the settings say: by the templates as they are now, and what this HAProxy can do."""

from collections.abc import Collection

from aqueduct.errors import ConfigurationError, Unmet
from aqueduct.fdlimit import fitting
from aqueduct.model.capabilities import Capabilities
from aqueduct.model.snapshot import Snapshot
from aqueduct.render.renderer import Renderer
from aqueduct.settings import Settings
from aqueduct.templates import load_templates


def renderer_of(settings: Settings, capabilities: Capabilities) -> tuple[Renderer, Collection[str]]:
    """Return the renderer, and the headers of the sections that it renders of no resources at all."""
    templates = load_templates(settings.templates)
    try:
        renderer = Renderer(templates.sections, fitting(settings.proxy), capabilities, templates.whole)
        return renderer, renderer.render(Snapshot()).sections.keys()
    except Unmet as error:
        raise ConfigurationError(str(error)) from error


def fresh_renderer(settings: Settings, capabilities: Capabilities) -> Renderer:
    """Return a renderer for a running Aqueduct. Unmet where a template will not do."""
    try:
        return renderer_of(settings, capabilities)[0]
    except ConfigurationError as error:
        raise Unmet("TEMPLATE", "templates", str(error)) from error
