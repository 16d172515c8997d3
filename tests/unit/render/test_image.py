"""What an HAProxy runs, or is to run."""

from aqueduct.model.server_states import ServerState
from aqueduct.render.image import Image

SECTIONS = {"global": "global\n", "defaults": "defaults\n", "defaults x": "defaults x\n    retries 1\n"}


def test_nothing_is_known_to_run_where_there_are_no_sections() -> None:
    assert not Image()
    assert Image(SECTIONS)


def test_defaults_are_looked_for_where_they_are_not_known() -> None:
    assert Image(SECTIONS).defaults == ("defaults\n", "defaults x\n    retries 1\n")
    assert Image(SECTIONS, known_defaults=("defaults\n",)).defaults == ("defaults\n",)
    assert Image(SECTIONS, known_defaults=()).default_lines == ()
    assert "    retries 1" in Image(SECTIONS).default_lines


def test_servers_without_a_state_are_ready() -> None:
    states = {"backend app": {"a": ServerState.DRAIN}}
    assert Image(SECTIONS, states).states_of("backend app") == {"a": ServerState.DRAIN}
    assert Image(SECTIONS, states).states_of("backend b") == {}
