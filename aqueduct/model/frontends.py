"""What makes a frontend valid, and its defaults."""

import re

from aqueduct.model.bind import parse_bind
from aqueduct.model.fields import (
    Faults,
    check_backend_key,
    check_enum,
    check_key,
    check_length,
    check_natives,
)
from aqueduct.model.listeners import native_bind
from aqueduct.model.tokens import token_of, tokens_of
from aqueduct.model.words import first_word
from aqueduct.v1.common_pb2 import MODE_HTTP, MODE_TCP
from aqueduct.v1.frontend_pb2 import (
    KEEPALIVE_DEFAULT,
    RULE_TYPE_HEADER,
    RULE_TYPE_PATH,
    RULE_TYPE_URL,
    Frontend,
    Rule,
    RuleType,
)

_LONGEST_BIND = 4_096
_LONGEST_HEADER = 256
_LONGEST_VALUE = 4_096
_HEADER = re.compile(r"[A-Za-z0-9!#$%&*+.^_`|~-]+")
"""A token of RFC 9110, section 5.6.2, without the single quote: HAProxy takes it for one here too."""
_PARTS_OF_HEADERS = ("hdr", "hdr_beg", "hdr_dom", "hdr_end", "hdr_sub")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
"""A quoted string of a header, which HAProxy does not take apart."""
_BLANKS = " \t"
_LENGTHS = re.compile(r"(?P<least>[0-9]{1,9})(?::(?P<most>[0-9]{1,9}))?")
_TYPE_OF_PREFIX: dict[str, RuleType] = {
    "path": RULE_TYPE_PATH,
    "url": RULE_TYPE_URL,
    "hdr": RULE_TYPE_HEADER,
}


def complete_frontend(frontend: Frontend, faults: Faults) -> None:
    """Fill the defaults of `frontend`, in place, and note what is wrong with it."""
    frontend.revision = 0
    check_key(frontend.key, "key", faults)
    if not faults.knows("bind"):
        check_length(frontend.bind, _LONGEST_BIND, "bind", faults)
        faults.check("bind", lambda: parse_bind(frontend.bind))
    check_backend_key(frontend.backend, "backend", faults)
    for field in ("mode", "keepalive"):
        check_enum(frontend, field, field, faults)
    frontend.mode = frontend.mode or MODE_HTTP
    frontend.keepalive = frontend.keepalive or KEEPALIVE_DEFAULT
    check_natives(frontend.natives, faults)
    _check_binds(frontend, faults)
    if frontend.rules and frontend.mode == MODE_TCP:
        faults.add("rules", "must be empty in mode tcp: rules look at HTTP requests")
    for index, rule in enumerate(frontend.rules):
        _complete_rule(rule, f"rules[{index}]", faults)


def _check_binds(frontend: Frontend, faults: Faults) -> None:
    """Hold raw `bind` lines to the rules of the field: whose address they take has to be known."""
    for index, native in enumerate(frontend.natives):
        field = f"natives[{index}]"
        if first_word(native) == "bind" and not faults.knows(field):
            faults.check(field, lambda native=native: native_bind(native))  # type: ignore[misc] # bound on purpose


def _complete_rule(rule: Rule, path: str, faults: Faults) -> None:
    check_enum(rule, "type", f"{path}.type", faults)
    check_enum(rule, "operation", f"{path}.operation", faults)
    if not rule.operation:
        known = ", ".join(tokens_of(rule, "operation").values())
        faults.add(f"{path}.operation", f"must be one of {known}")
    if not faults.knows(f"{path}.operation"):
        _complete_type(rule, path, faults)
        _check_header(rule, path, faults)
    _check_values(rule, path, faults)
    check_backend_key(rule.backend, f"{path}.backend", faults)


def _complete_type(rule: Rule, path: str, faults: Faults) -> None:
    operation = token_of(rule, "operation")
    fitting = _TYPE_OF_PREFIX[operation.partition("_")[0]]
    rule.type = rule.type or fitting
    if rule.type != fitting:
        wanted = tokens_of(rule, "type")[fitting]
        faults.add(f"{path}.type", f"must be {wanted} or absent: {operation} looks at the {wanted}")


def _check_header(rule: Rule, path: str, faults: Faults) -> None:
    field = f"{path}.header"
    if not token_of(rule, "operation").startswith("hdr"):
        if rule.header:
            faults.add(field, f"must be empty: {token_of(rule, 'operation')} looks at no header")
    elif not _HEADER.fullmatch(rule.header):
        faults.add(field, "must be the name of a header: letters, digits and ! # $ % & * + - . ^ _ ` | ~")
    else:
        check_length(rule.header, _LONGEST_HEADER, field, faults)


def _check_values(rule: Rule, path: str, faults: Faults) -> None:
    if rule.value and rule.values:
        faults.add(f"{path}.values", "must be absent where value is given")
    if not rule.values:
        _check_value(rule, rule.value, f"{path}.value", faults)
    for index, value in enumerate(rule.values):
        _check_value(rule, value, f"{path}.values[{index}]", faults)


def _check_value(rule: Rule, value: str, field: str, faults: Faults) -> None:
    if not value:
        faults.add(field, "must not be empty")
    check_length(value, _LONGEST_VALUE, field, faults)
    faults.check(field, lambda: _check_pattern(tokens_of(rule, "operation").get(rule.operation, ""), value))


def _check_pattern(operation: str, value: str) -> None:
    """Refuse what HAProxy takes and can never match, as of its manual, 7.1.3 and 7.3.6 ("hdr")."""
    if operation.endswith("_len"):
        _check_lengths(value)
    if operation in _PARTS_OF_HEADERS:
        _check_header_part(operation, value)
    if operation.endswith(("_dir", "_dom")):
        between = "/?" if operation.endswith("_dir") else "/?.:"
        if not value.strip(between):
            raise ValueError(f"must hold more than {' '.join(between)}: {operation} looks between them")


def _check_header_part(operation: str, value: str) -> None:
    if "," in _QUOTED.sub("", value):
        raise ValueError(
            "must not hold a comma: HAProxy takes a header apart at commas, and looks at each part by itself"
        )
    led = operation in ("hdr", "hdr_beg") and value != value.lstrip(_BLANKS)
    trailed = operation in ("hdr", "hdr_end") and value != value.rstrip(_BLANKS)
    if led or trailed:
        raise ValueError("must not begin or end with a blank: HAProxy leaves blanks around a header out")


def _check_lengths(value: str) -> None:
    lengths = _LENGTHS.fullmatch(value)
    if lengths is None or int(lengths["most"] or lengths["least"]) < int(lengths["least"]):
        raise ValueError("must be a number of bytes, or a range such as 10:20")
