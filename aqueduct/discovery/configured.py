"""The sources of members that the settings name."""

from aqueduct.discovery.file import File
from aqueduct.discovery.queries import Template
from aqueduct.discovery.registry import Registry
from aqueduct.discovery.thalassa.source import Thalassa
from aqueduct.errors import ConfigurationError
from aqueduct.ports.clock import Clock
from aqueduct.ports.discovery import Discovery
from aqueduct.settings import DiscoverySettings


def configured(settings: DiscoverySettings, registry: Registry, clock: Clock) -> list[Discovery]:
    """Return the sources in the order of the settings. ConfigurationError where one cannot be."""
    return [_source(name, settings, registry, clock) for name in settings.sources]


def _source(name: str, settings: DiscoverySettings, registry: Registry, clock: Clock) -> Discovery:
    match name:
        case "registry":
            return registry
        case "dns" if settings.dns_name is not None:
            from aqueduct.discovery.dns import Dns  # noqa: PLC0415 # its package takes 50 ms

            return Dns(_template(settings.dns_name), settings.dns_servers, clock)
        case "file" if settings.file is not None:
            return File(settings.file)
        case "thalassa":
            return Thalassa(settings.thalassa.registry, clock, settings.empty_grace)
        case "dns" | "file":
            raise ConfigurationError(f"the source {name} needs {_NEEDED[name]}")
        case _:
            raise ConfigurationError(f"{name!r} is no source of members")


_NEEDED = {"dns": "a name to ask for (dns_name)", "file": "a path (file)"}


def _template(text: str) -> Template:
    try:
        return Template.parse(text)
    except ValueError as error:
        raise ConfigurationError(f"the name to ask dns for, {text!r}: {error}") from error
