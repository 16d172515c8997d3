"""What transcripts cannot spell of live changes."""

from aqueduct.model.capabilities import Capabilities
from aqueduct.model.server_states import ServerState
from aqueduct.plan.live import Ability, arguments_of, commands
from aqueduct.plan.server_lines import parse_server
from aqueduct.render.image import Image

_APP = {"backend app": "backend app\n    server a 10.0.0.1:80\n"}


def test_a_state_of_a_server_that_no_template_rendered_needs_no_command() -> None:
    desired = Image(_APP, {"backend app": {"b": ServerState.DRAIN}})
    able = Ability(Capabilities("", shares_names=True), desired)
    assert commands("backend app", Image(_APP), desired, able) == []


def test_arguments_can_be_left_out() -> None:
    line = parse_server("server a 10.0.0.1:80 check inter 2s weight 5 backup")
    assert line is not None
    assert arguments_of(line) == "10.0.0.1:80 check inter 2s weight 5 backup"
    assert arguments_of(line, ("weight", "backup")) == "10.0.0.1:80 check inter 2s"
