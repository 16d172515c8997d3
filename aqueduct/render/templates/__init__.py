"""The built-in templates, one per kind of section."""

from importlib.resources import files

_SUFFIX = ".j2"


def builtin_templates() -> dict[str, str]:
    """Return the texts of the built-in templates by file name."""
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in files(__name__).iterdir()
        if entry.name.endswith(_SUFFIX)
    }
