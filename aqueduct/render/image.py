"""What an HAProxy runs, or is to run: all that a plan compares."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aqueduct.model.server_states import ServerStates


@dataclass(frozen=True, slots=True)
class Image:
    """The texts of sections, and the states of servers, both by the header of the section."""

    sections: Mapping[str, str]
    states: Mapping[str, ServerStates] = field(default_factory=dict)
    """Only of sections with servers that are not simply ready."""

    @property
    def defaults(self) -> tuple[str, ...]:
        """The texts of the `defaults` sections."""
        return tuple(text for header, text in self.sections.items() if header.partition(" ")[0] == "defaults")

    def states_of(self, header: str) -> ServerStates:
        """Return the states of a section's servers, those that are ready left out."""
        return self.states.get(header, {})
