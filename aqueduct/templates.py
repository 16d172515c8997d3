"""Reading the user's templates beside the built-in ones."""

from dataclasses import dataclass
from pathlib import Path

from aqueduct.errors import ConfigurationError
from aqueduct.render.templates import builtin_templates
from aqueduct.settings import TemplateSettings


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of single sections by file name, and that of the whole file if there is one."""

    sections: dict[str, str]
    whole: str | None


def load_templates(settings: TemplateSettings) -> Templates:
    """Read the templates. ConfigurationError names the file that cannot be read or has no use."""
    sections = builtin_templates()
    if settings.directory:
        own = {path.name: _read(path) for path in sorted(settings.directory.glob("*.j2"))}
        unknown = sorted(own.keys() - sections.keys())
        if unknown:
            known = ", ".join(sorted(sections))
            raise ConfigurationError(
                f"--template-dir: {settings.directory / unknown[0]} has no use; known are {known}"
            )
        sections |= own
    return Templates(sections, _read(settings.file) if settings.file else None)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"template {path} cannot be read: {error}") from None
