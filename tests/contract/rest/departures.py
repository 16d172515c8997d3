"""Where this API answers otherwise than the original did: each case, and why.

What holds for all cases: the words of errors are ours, an error is JSON whatever it is about (the original's
404 was HTML), and PUT, DELETE and POST answer with the resource (the original's whole body was `200`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .site import Reply

ADDED: Final = frozenset({"revision", "adminState", "phase"})
"""Fields that the original did not have: what a resource's state is, and what is done with a member."""

_LIVE: Final[dict[str, Any]] = {
    "id": "backend/live",
    "_type": "backend",
    "key": "live",
    "type": "static",
    "balance": "roundrobin",
    "host": None,
    "mode": "http",
    "members": [],
    "natives": [],
}
_WEB: Final[dict[str, Any]] = {
    "id": "frontend/web",
    "_type": "frontend",
    "key": "web",
    "bind": "*:8080",
    "backend": "live",
    "mode": "http",
    "keepalive": "default",
    "rules": [],
    "natives": [],
}
_DYN: Final[dict[str, Any]] = {
    "id": "backend/dyn",
    "_type": "backend",
    "key": "dyn",
    "type": "dynamic",
    "name": "goldapp",
    "version": "1.0.0",
    "balance": "roundrobin",
    "host": None,
    "mode": "http",
    "natives": [],
}
_MEMBER: Final[dict[str, Any]] = {"host": "127.0.0.1", "port": 8081}


def _registered(port: int) -> dict[str, Any]:
    return {
        "name": "goldapp",
        "version": "1.0.0",
        "host": "127.0.0.1",
        "port": port,
        "lastKnown": "<<TIME>>",
        "meta": {"secondsToExpire": 1_000_000, "hostname": "h"},
        "id": f"/goldapp/1.0.0/127.0.0.1/{port}",
    }


@dataclass(frozen=True, slots=True)
class Departure:
    """What is answered instead, and why."""

    reason: str
    status: int = 200
    fields: frozenset[str] = frozenset()
    """Those that the refusal names."""
    word: str = ""
    """The reason in the refusal, for programs."""
    body: Any = None
    """The whole answer, as it would have been recorded."""
    allow: str = ""
    """The header."""
    refused: frozenset[str] | None = None
    """Fields that the refusal of the last step before names; None where that is not refused."""

    def check(self, reply: Reply) -> None:
        """Fail where a reply is another than this."""
        assert reply.status == self.status, reply.body
        assert self.fields <= (reply.fields.keys() if self.fields else frozenset()), reply.body
        assert not self.word or reply.reason == self.word
        assert reply.headers.get("Allow", "") == self.allow


def _not_there(reason: str, *refused: str) -> Departure:
    return Departure(reason, 404, refused=frozenset(refused))


_MISSING = "a field is missing: that is the caller's mistake, and is told by its field, no 500"
_NULL = "null is 'not given', in every field: GET gives `host: null`, and PUT takes what GET gives"
_ROUTED = "the path is there: 405 tells the method that is not, and which are"
_VALIDATED = "what HAProxy could not use is refused to its author instead of breaking the configuration"
_SHRUNK = "an array that shrinks is an array; the original dropped the field"
_NO_VERSION = "a version is what this POST is for: without one the original erased that of the backend"
_EMPTY = "the members that serve would go, and none would come: refused unless `allowEmpty` is given"
_CONFIG = "the configuration is one that a modern HAProxy takes; it is there from the start (see test_config)"

DEPARTURES: Final[Mapping[str, Departure]] = {
    "frontend_put_empty_object": Departure(_MISSING, 400, frozenset({"bind", "backend"})),
    "frontend_put_array_body": Departure(
        "an array has no keys to name: the mistake is the array itself", 400, word="INVALID_FIELD"
    ),
    "frontend_put_string_body": Departure(
        "the media type is right and the content is not: 400, as for an array", 400, word="INVALID_FIELD"
    ),
    "frontend_put_form": Departure(
        "a form is no JSON: 415 instead of a crash", 415, word="UNSUPPORTED_MEDIA_TYPE"
    ),
    "frontend_put_roundtrip_of_get": Departure("PUT takes what GET gives, `id` too", body=_WEB),
    "frontend_put_rules_bogus_items": _not_there(_VALIDATED, "rules[0]", "rules[1]", "rules[2].type"),
    "frontend_put_mode_null": Departure(_NULL, body=_WEB),
    "frontend_update_resets_defaults": Departure(
        "PUT replaces: rules and natives are empty, as in any other frontend; the original dropped them",
        body=_WEB,
    ),
    "frontend_key_slash": _not_there("a key names a section of HAProxy's, which has no slash", "key"),
    "frontend_post_not_routed": Departure(_ROUTED, 405, allow="DELETE, GET, HEAD, OPTIONS, PUT"),
    "frontends_put_no_key_path": Departure(_ROUTED, 405, allow="GET, HEAD, OPTIONS"),
    "frontend_patch": Departure(_ROUTED, 405, allow="DELETE, GET, HEAD, OPTIONS, PUT"),
    "backend_members_put_not_routed": Departure(_ROUTED, 405, allow="GET, HEAD, OPTIONS"),
    "backend_put_missing_type": Departure(_MISSING, 400, frozenset({"type"})),
    "backend_put_balance_any": _not_there(_VALIDATED, "balance"),
    "backend_put_members_bogus": _not_there(_VALIDATED, "members[0]", "members[1]", "members[2].host"),
    "backend_health_interval_string": Departure(
        "a number in quotes is taken for the number, and told as one",
        body={**_LIVE, "health": {"method": "GET", "uri": "/", "httpVersion": "HTTP/1.0", "interval": 5000}},
    ),
    "backend_health_interval_float": _not_there("HAProxy knows whole milliseconds only", "health.interval"),
    "backend_put_members_shrink_2_to_1": Departure(_SHRUNK, body={**_LIVE, "members": [_MEMBER]}),
    "backend_put_members_shrink_get_members": Departure(_SHRUNK, body=[_MEMBER]),
    "frontend_put_rules_shrink_3_to_2": Departure(
        _SHRUNK,
        body={
            **_WEB,
            "bind": "127.0.0.1:80,*:8080",
            "keepalive": "server-close",
            "rules": [
                {"type": "path", "operation": "path_beg", "value": "/api", "backend": "api"},
                {"type": "url", "operation": "url_reg", "value": "^/x[0-9]+$", "backend": "api"},
            ],
            "natives": ["maxconn 100", "option forwardfor"],
        },
    ),
    "backend_post_version_get_at_once": Departure(
        _EMPTY, body={**_DYN, "members": [_registered(7001), _registered(7002)]}, refused=frozenset()
    ),
    "backend_post_name_version": Departure(
        _EMPTY, body={**_DYN, "members": [_registered(7001), _registered(7002)]}, refused=frozenset()
    ),
    "backend_post_static": Departure(
        "a static backend has no version",
        body={**_LIVE, "members": [_MEMBER, {"host": "127.0.0.1", "port": 8082}]},
        refused=frozenset(),
    ),
    "backend_post_no_version_then_get": Departure(
        _NO_VERSION,
        body={**_DYN, "members": [_registered(7001), _registered(7002)]},
        refused=frozenset({"version"}),
    ),
    "backend_post_empty": Departure(_NO_VERSION, 400, frozenset({"version"})),
    "config_before_first_write": Departure(_CONFIG),
    "config_empty": Departure(_CONFIG),
}
