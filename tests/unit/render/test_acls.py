"""Rules as ACLs."""

from aqueduct.model.natives import GENERATED_ACL
from aqueduct.render.acls import acl_criterion, acl_name, acl_patterns
from aqueduct.v1.frontend_pb2 import RULE_OPERATION_HDR, RULE_OPERATION_PATH_BEG, RULE_OPERATION_URL_BEG, Rule

RULE = Rule(operation=RULE_OPERATION_PATH_BEG, value="/a", backend="app")


def changed(**fields: object) -> Rule:
    copy = Rule()
    copy.CopyFrom(RULE)
    copy.MergeFrom(Rule(**fields))  # type: ignore[arg-type] # fields of a rule
    return copy


def test_a_name_never_changes() -> None:
    assert acl_name(RULE) == "path_beg_b6de6a8cb772"


def test_raw_lines_cannot_have_the_name() -> None:
    assert GENERATED_ACL.fullmatch(acl_name(RULE))


def test_a_name_does_not_depend_on_the_backend_nor_on_the_case_of_a_header() -> None:
    assert acl_name(changed(backend="other")) == acl_name(RULE)
    header = {"operation": RULE_OPERATION_HDR, "value": "a"}
    assert acl_name(changed(header="Host", **header)) == acl_name(changed(header="host", **header))


def test_different_conditions_have_different_names() -> None:
    several = Rule(operation=RULE_OPERATION_PATH_BEG, values=["/a", "/b"])
    conditions = [
        RULE,
        changed(value="/b"),
        changed(operation=RULE_OPERATION_URL_BEG),
        changed(operation=RULE_OPERATION_HDR, header="a"),
        changed(operation=RULE_OPERATION_HDR, header="b"),
        several,
    ]
    assert len(set(map(acl_name, conditions))) == len(conditions)


def test_one_value_is_the_same_in_value_and_in_values() -> None:
    assert acl_name(Rule(operation=RULE_OPERATION_PATH_BEG, values=["/a"])) == acl_name(RULE)


def test_a_criterion_names_the_header() -> None:
    assert acl_criterion(RULE) == "path_beg"
    assert acl_criterion(Rule(operation=RULE_OPERATION_HDR, header="Host")) == "hdr(Host)"
    assert acl_criterion(Rule(operation=RULE_OPERATION_HDR, header="a#b")) == "'hdr(a#b)'"


def test_patterns_come_in_as_many_lines_as_they_need() -> None:
    assert list(acl_patterns(Rule(value="a b"))) == ["'a b'"]
    lines = list(acl_patterns(Rule(values=list(map(str, range(70))))))
    assert [len(line.split()) for line in lines] == [32, 32, 6]
    assert " ".join(lines).split() == list(map(str, range(70)))
