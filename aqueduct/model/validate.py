"""The gate of the model: what passes here renders to itself and to nothing else.

`validated` is the one door. It judges a resource by itself; rules across resources are in
references.py, raw lines and bind parameters are HAProxy's to judge. All that is wrong is reported
at once, each with the field and with what would be right.
"""

from aqueduct.errors import Invalid, Violation
from aqueduct.model.backends import clear_ignored, complete_backend
from aqueduct.model.fields import Faults, check_key, check_values
from aqueduct.model.frontends import complete_frontend
from aqueduct.model.limits import check_size
from aqueduct.v1.config_pb2 import Change


def validated(change: Change) -> Change:
    """Return a copy of `change` with defaults filled and output-only fields cleared.

    Raises Invalid with every violation there is. Fields are relative to the resource
    (`rules[0].value`); the field of a change that says nothing to do is empty.
    """
    complete = Change()
    complete.CopyFrom(change)
    faults = Faults()
    _complete(complete, faults)
    if faults.violations:
        raise Invalid(faults.violations)
    return complete


def _complete(change: Change, faults: Faults) -> None:
    match change.WhichOneof("change"):
        case "put_frontend":
            if check_size(change.put_frontend, faults):
                check_values(change.put_frontend, faults)
                complete_frontend(change.put_frontend, faults)
        case "put_backend":
            clear_ignored(change.put_backend)
            if check_size(change.put_backend, faults):
                check_values(change.put_backend, faults)
                complete_backend(change.put_backend, faults)
        case "delete_frontend":
            check_key(change.delete_frontend, "", faults)
        case "delete_backend":
            check_key(change.delete_backend, "", faults)
        case _:
            faults.violations.append(
                Violation("", "must be one of put_frontend, put_backend, delete_frontend, delete_backend")
            )
