"""What transcripts cannot spell of live changes: states of servers that no line has."""

from aqueduct.model.capabilities import Capabilities
from aqueduct.model.server_states import ServerState
from aqueduct.plan.live import Ability, commands
from aqueduct.render.image import Image

_APP = {"backend app": "backend app\n    server a 10.0.0.1:80\n"}


def test_a_state_of_a_server_that_no_template_rendered_needs_no_command() -> None:
    desired = Image(_APP, {"backend app": {"b": ServerState.DRAIN}})
    able = Ability(Capabilities("", shares_names=True), desired)
    assert commands("backend app", Image(_APP), desired, able) == []
