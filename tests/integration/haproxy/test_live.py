"""The commands of a live change, on real HAProxys: they take them, and a new server begins as down."""

from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.model.capabilities import Capabilities
from aqueduct.model.server_states import ServerState
from aqueduct.plan.live import Ability, commands
from aqueduct.render.image import Image
from aqueduct.render.sections import join, split_sections
from tests.integration.haproxy.support import DEFAULTS

_ABLE = Capabilities(
    "",
    shares_names=True,
    dynamic_keywords=frozenset({"check", "inter", "weight", "agent-send"}),
    dynamic_balance=frozenset({"roundrobin"}),
)
_BACKEND = "backend app\n    balance roundrobin\n"
_ONE = "    server one 127.0.0.1:9 check inter 60s\n"
_TWO = "    server two 127.0.0.1:10 check inter 60s weight 5\n"


def _image(*servers: str, **states: ServerState) -> Image:
    return Image(split_sections(DEFAULTS + _BACKEND + "".join(servers)), {"backend app": states})


async def _change(haproxy: MasterWorker, running: Image, desired: Image) -> list[str]:
    """Send what leads from one to the other; return what HAProxy answered."""
    cli = haproxy._directory.cli
    sent = commands("backend app", running, desired, Ability(_ABLE, desired))
    return [(await cli.command(f"@1 {command}")).strip() for command in sent]


async def _servers(haproxy: MasterWorker) -> dict[str, tuple[str, ...]]:
    """Return operational state, admin state and weight of each server (management guide, 9.3)."""
    text = await haproxy._directory.cli.command("@1 show servers state app")
    rows = [line.split(" ") for line in text.splitlines() if line.count(" ") > 10 and line[0] != "#"]
    return {row[3]: (row[5], row[6], row[7]) for row in rows}


async def test_a_server_comes_drains_returns_and_goes(haproxy: MasterWorker) -> None:
    one, both = _image(_ONE), _image(_ONE, _TWO)
    drained, proven_again = (
        _image(_ONE, _TWO, two=ServerState.DRAIN),
        _image(_ONE, _TWO, two=ServerState.UNPROVEN),
    )
    heavier = _image(_ONE, _TWO.replace("weight 5", "weight 7"), two=ServerState.DRAIN)
    await haproxy.start(join(one.sections))
    assert await _change(haproxy, one, both) == ["New server registered.", "", "", "", ""]
    assert (await _servers(haproxy))["two"] == ("0", "0", "5")
    assert await _change(haproxy, both, drained) == [""]
    assert (await _servers(haproxy))["two"] == ("0", "8", "5")
    assert await _change(haproxy, drained, heavier) == [""]
    assert await _change(haproxy, drained, proven_again) == ["", ""]
    assert (await _servers(haproxy))["two"] == ("0", "0", "7")
    assert await _change(haproxy, proven_again, drained) == [""]
    assert await _change(haproxy, drained, one) == ["", "Server deleted."]
    assert set(await _servers(haproxy)) == {"one"}


async def test_arguments_with_blanks_and_signs_stay_one_argument_each(haproxy: MasterWorker) -> None:
    one, odd = _image(_ONE), _image(_ONE, "    server two 127.0.0.1:10 agent-send 'a b;c\\\\d \"e\"'\n")
    await haproxy.start(join(one.sections))
    assert await _change(haproxy, one, odd) == ["New server registered.", ""]
