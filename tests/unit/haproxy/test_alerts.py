"""HAProxy's messages, as 2.6 and 2.8 write them."""

from aqueduct.haproxy.alerts import alerts
from aqueduct.haproxy.output import words
from aqueduct.ports.haproxy import Alert

LOG = """\
Something before the first entry.
[NOTICE]   (11289) : haproxy version is 2.6.12-1+deb12u4
[NOTICE]   (11289) : path to executable is /usr/sbin/haproxy
[WARNING]  (11289) : config : parsing [b.cfg:2] : a 'bind' in a 'backend'.
[ALERT]    (11289) : config : parsing [b.cfg:12] : unknown keyword 'bogus' in 'frontend' section
[ALERT]    (11289) : config : parsing [b.cfg:14]: unmatched quote at position 29:
  http-request set-header "unterminated
                          ^
[ALERT]    (11289) : config : Parsing [b.cfg:16]: frontend 'f' has the same name as frontend 'f' declared at b.cfg:10.
[ALERT]    (11289) : config : [b.cfg:21] : 'server b/s' : unknown keyword 'chek'; did you mean 'check' maybe ?
[ALERT]    (11289) : config : Proxy 'f': unable to find required default_backend: 'nope'.
[ALERT]    (11289) : config : parsing [other.cfg:3] : not of the body
[ALERT]    (11289) : config : Error(s) found in configuration file : b.cfg
[ALERT]    (11289) : config : Fatal errors found in configuration.
"""  # noqa: E501 - as HAProxy writes it


def test_alerts_of_a_check() -> None:
    assert alerts(LOG, "b.cfg") == [
        Alert(12, "unknown keyword 'bogus' in 'frontend' section"),
        Alert(
            14,
            "unmatched quote at position 29:\n"
            '  http-request set-header "unterminated\n'
            "                          ^",
        ),
        Alert(16, "frontend 'f' has the same name as frontend 'f' declared at line 10."),
        Alert(21, "'server b/s' : unknown keyword 'chek'; did you mean 'check' maybe ?"),
        Alert(None, "Proxy 'f': unable to find required default_backend: 'nope'."),
        Alert(None, "parsing [other.cfg:3] : not of the body"),
    ]


def test_what_the_workers_say_meanwhile_is_left_out() -> None:
    log = "[ALERT]    (7) : backend 'b' has no server available!\n[ALERT]    (8) : cannot bind socket\n"
    assert words(log, [7]) == "cannot bind socket"
    assert words("nothing of HAProxy's") == ""
