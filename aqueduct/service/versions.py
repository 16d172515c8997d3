"""The versions of services that backends can take members from, over all sources.

It keeps nothing: what the sources know is asked for each page.
"""

from collections.abc import Collection
from typing import Final

from aqueduct.service.discoveries import Discoveries
from aqueduct.service.paging import Page, page
from aqueduct.v1.registry_pb2 import ServiceVersion

_BETWEEN: Final = "\0"
"""Stands between the words of a key, which order so as the words do: no name or version holds it."""


class Versions:
    """Versions, as `discoveries` know them."""

    def __init__(self, discoveries: Discoveries) -> None:
        self._discoveries = discoveries

    async def page(self, names: Collection[str], page_size: int, page_token: str) -> Page[ServiceVersion]:
        """Return a page of the versions of the services called `names`, of all where there are none.

        Ordered by name, version and source. Invalid for a token that no page had.
        """
        found = {
            _BETWEEN.join((service.name, service.version, source)): members
            for source, services in (await self._discoveries.services()).items()
            for service, members in services.items()
            if service.version and (not names or service.name in names)
        }
        return page(sorted(found), lambda key: _version(key, found[key]), page_size, page_token)


def _version(key: str, members: int) -> ServiceVersion:
    name, version, source = key.split(_BETWEEN)
    return ServiceVersion(name=name, version=version, discovery=source, members=members)
