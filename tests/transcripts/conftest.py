"""What transcripts share."""

import pytest


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    """Tell whether expectations are to be written instead of compared (`pytest --rewrite-golden`)."""
    return bool(request.config.getoption("--rewrite-golden"))
