"""Names that services have in DNS."""

import pytest

from aqueduct.discovery.queries import Template
from aqueduct.ports.discovery import Service


@pytest.mark.parametrize(
    ("text", "port", "query"),
    [
        ("{name}.{version}.service.local:8080", 8080, "web.1.0.0.service.local."),
        ("{name}.service.consul", None, "web.service.consul."),
        ("_{name}._tcp.{version}.example.", None, "_web._tcp.1.0.0.example."),
        ("{name}-{version}:1", 1, "web-1.0.0."),
    ],
)
def test_a_service_has_a_name(text: str, port: int | None, query: str) -> None:
    template = Template.parse(text)
    assert (template.port, template.query(Service("web", "1.0.0"))) == (port, query)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("web.local", "must hold {name}"),
        ("{version}.local", "must hold {name}"),
        ("{name}.{zone}.local", "no other braces"),
        ("{name!r}.local", "no other braces"),
        ("{name:>9}.local", "no other braces"),
        ("{name}.{}.local", "no other braces"),
        ("{name", "expected '}'"),
        ("{name}..local", "is no name in DNS"),
        ("{name}.a b", "is no name in DNS"),
        ("{name}.local:0", "0 is no port"),
        ("{name}.local:65536", "65536 is no port"),
        ("{name}.local:x", "is no name in DNS"),
        ("{name}" + ".a" * 127, "is no name in DNS"),
    ],
)
def test_what_is_no_template_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        Template.parse(text)
    assert words in str(raised.value)


@pytest.mark.parametrize("service", [Service("web", ""), Service("a b", "1"), Service("w" * 64, "1")])
def test_a_service_that_can_have_none_is_told(service: Service) -> None:
    with pytest.raises(ValueError, match="is no name in DNS"):
        Template.parse("{name}.{version}.local:1").query(service)
