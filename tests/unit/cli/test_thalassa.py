"""The options that have to do with the original."""

from pathlib import Path

import pytest

from aqueduct.cli import serve
from aqueduct.cli.main import main
from aqueduct.settings import RegistryAddress, Settings, ThalassaSettings


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Settings]:
    """Collect what the command would have run."""
    seen: list[Settings] = []

    def run(settings: Settings, _: object) -> int:
        seen.append(settings)
        return 0

    monkeypatch.setattr(serve, "_run", run)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AQUEDUCT_DATA_DIR", str(tmp_path))
    return seen


def test_a_registry_is_asked_where_it_is(settings: list[Settings]) -> None:
    options = (
        "--discovery thalassa --thalassa-host 10.0.0.5 --thalassa-port 1 --thalassa-api-port 2 --label a"
    )
    assert main(["serve", *options.split()]) == 0
    registry = RegistryAddress("10.0.0.5", 1, 2)
    assert settings[0].discovery.thalassa == ThalassaSettings(registry, serves=False)
    assert settings[0].label == "a"


def test_options_may_be_spelled_as_by_the_original(settings: list[Settings]) -> None:
    options = "--discovery thalassa --thalassaHost ::1 --thalassaPort 1 --thalassaApiPort 2"
    assert main(["serve", *options.split()]) == 0
    assert settings[0].discovery.thalassa.registry == RegistryAddress("::1", 1, 2)


def test_without_them_it_is_where_the_original_looked(settings: list[Settings]) -> None:
    assert main(["serve", "--discovery", "thalassa"]) == 0
    assert settings[0].discovery.thalassa.registry == RegistryAddress("127.0.0.1", 5_001, 9_000)
    assert str(settings[0].discovery.thalassa.registry) == "127.0.0.1:5001"


def test_it_may_be_a_registry_itself(settings: list[Settings]) -> None:
    assert main(["serve", "--thalassa-registry", "--host", "::1", "--thalassa-port", "7"]) == 0
    found = settings[0].discovery.thalassa
    assert (found.serves, found.registry) == (True, RegistryAddress("::1", 7, 9_000))
    assert str(found.registry) == "[::1]:7"


def test_the_file_does_not_depend_on_the_working_directory(settings: list[Settings], tmp_path: Path) -> None:
    assert main(["serve", "--persistence", "aqueduct.json"]) == 0
    assert settings[0].persistence == tmp_path / "aqueduct.json"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--discovery thalassa,registry --thalassa-registry", "cannot both be the registry and ask one"),
        ("--discovery dns --dns-name {name} --thalassa-registry", "needs the source registry"),
        ("--thalassa-registry --thalassa-host ::1", "with --thalassa-registry it is at --host"),
        ("--thalassa-api-port 7", "'--thalassa-api-port': is of no use"),
        ("--thalassa-registry --thalassa-port 7 --thalassa-api-port 7", "7 is that of --thalassa-port too"),
        ("--discovery thalassa --thalassa-port 0", "0 is no port"),
    ],
)
@pytest.mark.usefixtures("settings")
def test_what_does_not_fit_is_refused(options: str, words: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", *options.split()]) == 2
    assert words in capfd.readouterr().err
