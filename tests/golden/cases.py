"""Golden cases, each `cases/NAME.yaml` beside the `cases/NAME.cfg` that it has to become.

A case holds `frontends` and `backends` in ProtoJSON, and where it needs them `settings`,
`capabilities`, `templates` by file name, and `whole`, a template for the whole file.
"""

from pathlib import Path
from typing import Any

import yaml
from google.protobuf.json_format import ParseDict

from aqueduct.model.capabilities import Capabilities
from aqueduct.model.resources import Resource, put
from aqueduct.model.snapshot import Snapshot, after
from aqueduct.model.validate import validated
from aqueduct.render.rendered import Rendered
from aqueduct.render.renderer import Renderer
from aqueduct.render.templates import builtin_templates
from aqueduct.settings import ProxySettings, Timeouts
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.frontend_pb2 import Frontend

DIRECTORY = Path(__file__).with_name("cases")
NAMES = sorted(path.stem for path in DIRECTORY.glob("*.yaml"))


def golden_file(name: str) -> Path:
    """Return the file of what case `name` has to become."""
    return DIRECTORY / f"{name}.cfg"


def load(name: str) -> dict[str, Any]:
    """Return what case `name` says."""
    case = yaml.safe_load((DIRECTORY / f"{name}.yaml").read_text())
    assert isinstance(case, dict)
    return case


def snapshot_of(case: dict[str, Any]) -> Snapshot:
    """Return the snapshot of a case, its resources as a write would have stored them."""
    frontends: list[Resource] = [ParseDict(fields, Frontend()) for fields in case.get("frontends", [])]
    backends: list[Resource] = [ParseDict(fields, Backend()) for fields in case.get("backends", [])]
    return after(Snapshot(), [validated(put(resource)) for resource in (*frontends, *backends)], 1)


def renderer_of(case: dict[str, Any], whole: str | None = None) -> Renderer:
    """Return the renderer that a case asks for; `whole` is its template where the case names none."""
    settings = dict(case.get("settings", {}))
    if "timeouts" in settings:
        settings["timeouts"] = Timeouts(**settings["timeouts"])
    if "log" in settings:
        settings["log"] = tuple(settings["log"])
    capabilities = Capabilities(**{"version": "any", "shares_names": True, **case.get("capabilities", {})})
    templates = builtin_templates() | case.get("templates", {})
    return Renderer(templates, ProxySettings(**settings), capabilities, case.get("whole", whole))


def rendered(name: str) -> Rendered:
    """Return what case `name` becomes."""
    case = load(name)
    return renderer_of(case).render(snapshot_of(case))
