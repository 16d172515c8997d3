"""What a watch of the configuration comes to, by its events as documents."""

from typing import Any


class Folding:
    """Folds events; says what is wrong with their order."""

    def __init__(self, after: int | None) -> None:
        self.began = after or 0
        self.state: dict[str, Any] = {}
        self.told: list[int] = []
        """The revisions of the changes since it began."""

    @property
    def revision(self) -> int:
        """The last that was folded."""
        return self.told[-1] if self.told else self.began

    def take(self, event: dict[str, Any]) -> None:
        """Fold an event. AssertionError where it does not follow."""
        revision = int(event["revision"])
        if event["kind"] == "snapshot":
            self.state, self.began, self.told = named(event["configuration"]), revision, []
            return
        assert revision > self.revision, f"{revision} is told after {self.revision}"
        self.told.append(revision)
        for change in event["change"]["changes"]:
            became = change.get("after", {})
            if became:
                self.state[change["resource"]] = next(iter(became.values()))
            else:
                self.state.pop(change["resource"], None)


def named(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return resources by their names."""
    return {
        f"{kind}/{each['key']}": each
        for kind in ("frontends", "backends")
        for each in configuration.get(kind, ())
    }
