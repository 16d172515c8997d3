"""Where a section leads, by its text."""

import pytest

from aqueduct.render.routing import has_proxy, mode_of, routes_of


def test_routes_are_read_from_the_text() -> None:
    text = """frontend web
    use_backend a if { path / }
    use_backend 'b'
    # use_backend c
    use_backend %[req.hdr(x)]
    use_backend "$NAME"
    use_backend
    acl to_backend path /
    use_"backend" e if { path / }
    \\x75se_backend f
    # \u2028 use_backend g
    default_backend d
"""
    assert routes_of(text) == {"a", "b", "d", "e", "f"}


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("", None),
        ("a\n mode http\n", "http"),
        ("mode tcp\n  mode  http # x\n", "http"),
        ("mode\nmodel x", None),
        ('"mo"de tcp', "tcp"),
        ("mode http\n# \u2028mode tcp", "http"),
    ],
)
def test_the_mode_is_the_last_one_said(text: str, mode: str | None) -> None:
    assert mode_of(text) == mode


def test_backends_and_listens_can_be_routed_to() -> None:
    headers = {"backend a", "listen b", "frontend c"}
    assert [has_proxy(headers, name) for name in "abc"] == [True, True, False]
