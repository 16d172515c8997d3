"""How much one resource may hold."""

import pytest

from aqueduct.errors import Invalid
from aqueduct.model.limits import BYTES, MEMBERS, NATIVES, RULES, VALUES
from aqueduct.model.resources import Resource, put
from aqueduct.model.validate import validated
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, Member
from aqueduct.v1.frontend_pb2 import RULE_OPERATION_PATH, Frontend, Rule


def frontend(rules: int = 0, values: int = 1, natives: int = 0) -> Frontend:
    rule = Rule(operation=RULE_OPERATION_PATH, values=map(str, range(values)), backend="app")
    return Frontend(key="web", bind="*:80", backend="app", rules=[rule] * rules, natives=["#"] * natives)


def backend(members: int = 0, natives: int = 0, native: str = "#") -> Backend:
    made = [Member(host="127.0.0.1", port=number + 1) for number in range(members)]
    return Backend(key="app", type=BACKEND_TYPE_STATIC, members=made, natives=[native] * natives)


@pytest.mark.parametrize(
    "resource",
    [
        frontend(RULES, natives=NATIVES),
        frontend(1, VALUES),
        backend(MEMBERS, NATIVES),
        backend(natives=128, native="#" * 8_000),
    ],
)
def test_what_is_not_too_much_passes(resource: Resource) -> None:
    validated(put(resource))


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (frontend(RULES + 1), ["rules: must be at most 2,000: there are 2,001"]),
        (
            frontend(2, VALUES + 1),
            [f"rules[{n}].values: must be at most 1,000: there are 1,001" for n in (0, 1)],
        ),
        (frontend(21, VALUES), ["rules: must hold at most 20,000 values in all: there are 21,000"]),
        (frontend(natives=NATIVES + 1), ["natives: must be at most 1,000: there are 1,001"]),
        (
            backend(MEMBERS + 1, NATIVES + 1),
            [
                "natives: must be at most 1,000: there are 1,001",
                "members: must be at most 5,000: there are 5,001",
            ],
        ),
    ],
)
def test_too_much_is_told_with_its_field(resource: Resource, told: list[str]) -> None:
    with pytest.raises(Invalid) as raised:
        validated(put(resource))
    violations = [f"{violation.field}: {violation.description}" for violation in raised.value.violations]
    assert violations == told


def test_a_resource_that_is_too_large_is_not_looked_at() -> None:
    large = backend(natives=132, native="'" * 8_000)
    with pytest.raises(Invalid) as raised:
        validated(put(large))
    ((field, description),) = ((found.field, found.description) for found in raised.value.violations)
    assert (field, description) == (
        "",
        f"must be at most {BYTES} bytes (1 MiB) as a protobuf message: it is {large.ByteSize()}",
    )
