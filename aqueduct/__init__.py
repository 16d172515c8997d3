"""Aqueduct, the control plane of an HAProxy."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name: str) -> str:
        """Look `__version__` up when it is asked for: it costs as much as all of `--help` else does."""
        if name != "__version__":
            raise AttributeError(name)
        from importlib.metadata import version  # noqa: PLC0415 # see above

        return version("aqueduct")
