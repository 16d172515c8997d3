"""One Aqueduct for all tests of the REST API, which leave nothing in it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .site import Site, running


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def shared_site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with running(tmp_path_factory.mktemp("rest")) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="package")
async def site(shared_site: Site) -> AsyncIterator[Site]:
    yield shared_site
    await shared_site.clear()
