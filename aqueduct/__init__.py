"""Aqueduct, the control plane of an HAProxy."""

from importlib.metadata import version

__version__ = version("aqueduct")
