"""What an HAProxy runs, or is to run: all that the planner compares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from aqueduct.model.server_states import ServerStates


@dataclass(frozen=True)
class Image:
    """The texts of sections, and the states of servers, both by the header of the section."""

    sections: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, ServerStates] = field(default_factory=dict)
    """Only of sections with servers that are not simply ready."""
    known_defaults: tuple[str, ...] | None = field(default=None, compare=False)
    """The texts of the `defaults` sections, where they have been looked for already."""

    def __bool__(self) -> bool:
        return bool(self.sections)

    @cached_property
    def defaults(self) -> tuple[str, ...]:
        """The texts of the `defaults` sections."""
        return defaults_of(self.sections) if self.known_defaults is None else self.known_defaults

    @property
    def default_lines(self) -> tuple[str, ...]:
        """The lines of the `defaults` sections."""
        return _lines_of(self.defaults)

    def states_of(self, header: str) -> ServerStates:
        """Return the states of a section's servers, those that are ready left out."""
        return self.states.get(header, {})


def defaults_of(sections: Mapping[str, str]) -> tuple[str, ...]:
    """Return the texts of the `defaults` sections."""
    return tuple(text for header, text in sections.items() if header.partition(" ")[0] == "defaults")


@lru_cache(maxsize=16)
def _lines_of(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for text in texts for line in text.split("\n"))
