"""What a change does to the configuration, for people to read."""

from collections.abc import Iterator, Mapping
from difflib import unified_diff


def config_diff(
    running: Mapping[str, str], desired: Mapping[str, str], names: tuple[str, str] = ("running", "desired")
) -> str:
    """Return a unified diff from the sections `running` to those `desired`, section by section.

    Sections come in the order of the desired configuration, then those that go. Empty where nothing
    differs. `names` are those of the two. The cost follows the sections that differ.
    """
    headers = [*desired, *(header for header in running if header not in desired)]
    return "".join(
        line
        for header in headers
        if running.get(header) != desired.get(header)
        for line in _section_diff(header, running.get(header), desired.get(header), names)
    )


def _section_diff(header: str, old: str | None, new: str | None, names: tuple[str, str]) -> Iterator[str]:
    return unified_diff(
        (old or "").splitlines(keepends=True),
        (new or "").splitlines(keepends=True),
        fromfile="/dev/null" if old is None else f"{names[0]}/{header}",
        tofile="/dev/null" if new is None else f"{names[1]}/{header}",
    )
