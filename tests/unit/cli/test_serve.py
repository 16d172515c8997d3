"""From words to Settings."""

from pathlib import Path

import pytest

from aqueduct.cli import serve
from aqueduct.cli.main import main
from aqueduct.settings import OnExit, ProxySettings, Settings, TemplateSettings


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Collect what the command would have run."""
    seen: list[Settings] = []

    def run(settings: Settings) -> int:
        seen.append(settings)
        return 0

    monkeypatch.setattr(serve, "_run", run)
    return seen


def test_defaults_are_those_of_settings(settings: list[Settings], tmp_path: Path) -> None:
    assert main(["serve", "--data-dir", str(tmp_path)]) == 0
    assert settings == [Settings(data_dir=tmp_path)]


def test_every_option_arrives(settings: list[Settings], tmp_path: Path) -> None:
    binary = tmp_path / "haproxy"
    binary.touch(mode=0o755)
    template = tmp_path / "whole.j2"
    template.touch()
    command = f"""serve --host [::1] --port 1 --grpc-port 2 --data-dir {tmp_path} --haproxy-bin {binary}
        --template-file {template} --template-dir {tmp_path} --on-exit keep --stats-page *:8404 --debug"""
    assert main(command.split()) == 0
    assert settings == [
        Settings(
            data_dir=tmp_path,
            host="::1",
            port=1,
            grpc_port=2,
            haproxy_bin=binary,
            on_exit=OnExit.KEEP,
            debug=True,
            proxy=ProxySettings(stats_page="*:8404"),
            templates=TemplateSettings(file=template, directory=tmp_path),
        )
    ]


def test_options_are_taken_from_the_environment(
    settings: list[Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AQUEDUCT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AQUEDUCT_GRPC_PORT", "7")
    monkeypatch.setenv("AQUEDUCT_ON_EXIT", "stop")
    monkeypatch.setenv("AQUEDUCT_DEBUG", "1")
    assert main(["serve", "--grpc-port", "8"]) == 0
    assert settings == [Settings(data_dir=tmp_path, grpc_port=8, on_exit=OnExit.STOP, debug=True)]


def test_paths_do_not_depend_on_the_working_directory(
    settings: list[Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["serve", "--data-dir", "state"]) == 0
    assert settings[0].data_dir == tmp_path / "state"


def test_both_ports_may_be_any(settings: list[Settings], tmp_path: Path) -> None:
    assert main(["serve", "--data-dir", str(tmp_path), "--port=0", "--grpc-port=0"]) == 0
    assert (settings[0].port, settings[0].grpc_port) == (0, 0)
