"""A web service for tests: the demo's, in the test's own process.

It answers every request with its `name`, which a test may change, and counts `requests`.
"""

from aqueduct.demo.webservice import WebService as Web

__all__ = ["Web"]
