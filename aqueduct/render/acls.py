"""How a routing rule is written as an ACL.

Invariants: a rule's ACL name depends on what the rule looks at and for, not on its place nor on its
backend, so that configurations stay comparable; different conditions have different names (but for
collisions of 48 bits of SHA-256).
"""

import hashlib
from collections.abc import Iterator, Sequence

from aqueduct.model.tokens import token_of
from aqueduct.model.words import quote
from aqueduct.v1.frontend_pb2 import Rule

_DIGITS = 12
_WORDS_OF_A_LINE = 32
"""HAProxy takes 64 words in a line; ACLs of one name are joined by "or", so more values take more lines."""


def acl_name(rule: Rule) -> str:
    """Return the name of the ACL of `rule`."""
    operation = token_of(rule, "operation")
    parts = [operation, rule.header.lower(), *_literals(rule)]
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{operation}_{digest[:_DIGITS]}"


def acl_criterion(rule: Rule) -> str:
    """Return the ACL criterion of `rule`, quoted: `path_beg`, `hdr_dom(host)`."""
    operation = token_of(rule, "operation")
    return quote(f"{operation}({rule.header})" if rule.header else operation)


def acl_patterns(rule: Rule) -> Iterator[str]:
    """Iterate over the quoted literals of `rule`, as many at a time as one line takes."""
    literals = _literals(rule)
    for start in range(0, len(literals), _WORDS_OF_A_LINE):
        yield " ".join(map(quote, literals[start : start + _WORDS_OF_A_LINE]))


def _literals(rule: Rule) -> Sequence[str]:
    return rule.values or [rule.value]
