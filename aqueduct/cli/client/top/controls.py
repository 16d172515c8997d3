"""What keys do to the view of `aqueduct top`. Pure."""

from dataclasses import dataclass, field
from itertools import cycle, dropwhile, islice
from typing import Final

from aqueduct.cli.client.top.page import View
from aqueduct.cli.client.top.table import Sort

_STEPS: Final = {"up": -1, "k": -1, "down": 1, "j": 1}
_PAGES: Final = {"page up": -1, "page down": 1}
_FAR: Final = 10**9


@dataclass(slots=True)
class Controls:
    """Keys of one terminal."""

    view: View
    is_over: bool = False
    """Whether to end."""
    has_pressed: bool = False
    """Whether a key was pressed."""
    note: str = ""
    """What is being typed; empty while nothing is."""
    _typed: str | None = field(default=None)
    """The words to find, while they are typed."""

    def press(self, key: str, height: int) -> None:
        """Do what a key says, on a page of `height` lines."""
        self.has_pressed = True
        if self._typed is not None:
            self._type(key)
        elif key in _STEPS:
            self.view.first += _STEPS[key]
        elif key in _PAGES:
            self.view.first += _PAGES[key] * max(1, height - 6)
        else:
            self._choose(key)

    def _choose(self, key: str) -> None:
        view, choice = self.view, self.view.choice
        match key:
            case "q":
                self.is_over = True
            case "s":
                choice.sort = next(islice(dropwhile(lambda each: each != choice.sort, cycle(Sort)), 1, None))
            case "m":
                choice.has_members = not choice.has_members
            case " ":
                view.is_paused = not view.is_paused
            case "home" | "g":
                view.first = 0
            case "end" | "G":
                view.first = _FAR
            case "/":
                self._typed = ""
                self._show()
            case "escape":
                choice.text = ""

    def _type(self, key: str) -> None:
        typed = self._typed or ""
        match key:
            case "enter":
                self._typed = None
            case "escape":
                self._typed, self.view.choice.text = None, ""
            case "backspace":
                self._typed = typed[:-1]
            case _ if len(key) == 1 and key.isprintable():
                self._typed = typed + key
        if self._typed is not None:
            self.view.choice.text = self._typed
        self.view.first = 0
        self._show()

    def _show(self) -> None:
        self.note = f"find: {self._typed}_" if self._typed is not None else ""
