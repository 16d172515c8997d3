"""Load for tests: the demo's traffic, without pause.

    async with Load(port, keep_alive=True) as load:
        await load.further(100)
        ...
    assert load.failures == []

`load.requests` counts all requests, `load.answers` the answers by their body, `load.failures` tells
when and how each of the others failed. What HTTP allows a server is no failure: see
aqueduct/demo/connection.py.
"""

from aqueduct.demo.connection import Answer, Faulty, fetch
from aqueduct.demo.traffic import Failure
from aqueduct.demo.traffic import Traffic as Load

__all__ = ["Answer", "Failure", "Faulty", "Load", "fetch"]
