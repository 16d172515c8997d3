"""From words to Settings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aqueduct.cli import environment, serve
from aqueduct.cli.main import main
from aqueduct.settings import (
    DiscoverySettings,
    DnsServer,
    GatewaySettings,
    HAProxySettings,
    OnExit,
    ProxySettings,
    Retention,
    Settings,
    TemplateSettings,
)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Collect what the command would have run."""
    seen: list[Settings] = []

    def run(settings: Settings, reread: Callable[[], Settings]) -> int:
        seen.append(settings)
        assert reread() == settings
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
        --template-file {template} --template-dir {tmp_path} --on-exit keep --stats-page *:8404
        --hard-stop-after 2h --verify-interval 0 --discovery file,dns --empty-grace 5 --dns-name {{name}}.x:80
        --dns-server 127.0.0.1:5353,::1 --discovery-file {template} --debug
        --history-count 7 --history-age 90d --restore {template} --label blue
        --cors-origin https://ops.example,http://[::1]:8080 --max-body 2048"""
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
            label="blue",
            verify_interval=0,
            history=Retention(7, 90 * 86_400),
            restore=template,
            proxy=ProxySettings(stats_page="*:8404", hard_stop_after=7_200_000),
            templates=TemplateSettings(file=template, directory=tmp_path),
            discovery=DiscoverySettings(
                sources=("file", "dns"),
                empty_grace=5,
                dns_name="{name}.x:80",
                dns_servers=(DnsServer("127.0.0.1", 5353), DnsServer("::1", 53)),
                file=template,
            ),
            gateway=GatewaySettings(("https://ops.example", "http://[::1]:8080"), 2_048),
        )
    ]


def test_options_are_taken_from_the_environment(
    settings: list[Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AQUEDUCT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AQUEDUCT_GRPC_PORT", "7")
    monkeypatch.setenv("AQUEDUCT_ON_EXIT", "stop")
    monkeypatch.setenv("AQUEDUCT_DEBUG", "1")
    monkeypatch.setenv("AQUEDUCT_DISCOVERY", "dns")
    monkeypatch.setenv("AQUEDUCT_DNS_NAME", "{name}.x")
    monkeypatch.setenv("AQUEDUCT_DNS_SERVER", "[::1]:53")
    assert main(["serve", "--grpc-port", "8"]) == 0
    discovery = DiscoverySettings(sources=("dns",), dns_name="{name}.x", dns_servers=(DnsServer("::1", 53),))
    assert settings == [
        Settings(data_dir=tmp_path, grpc_port=8, on_exit=OnExit.STOP, debug=True, discovery=discovery)
    ]


def test_paths_do_not_depend_on_the_working_directory(
    settings: list[Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "members.yaml").touch()
    options = ["--data-dir", "state", "--discovery", "file", "--discovery-file", "members.yaml"]
    assert main(["serve", *options]) == 0
    assert settings[0].data_dir == tmp_path / "state"
    assert settings[0].discovery.file == tmp_path / "members.yaml"


def test_both_ports_may_be_any(settings: list[Settings], tmp_path: Path) -> None:
    assert main(["serve", "--data-dir", str(tmp_path), "--port=0", "--grpc-port=0"]) == 0
    assert (settings[0].port, settings[0].grpc_port) == (0, 0)


def test_the_originals_spelling(settings: list[Settings], tmp_path: Path) -> None:
    template = tmp_path / "whole.j2"
    template.touch()
    originals = ("dbPath", "templateFile", "haproxySocketPath", "haproxyPidPath", "haproxyCfgPath")
    ours = ("db-path", "template-file", "haproxy-socket-path", "haproxy-pid-path", "haproxy-cfg-path")
    given = (tmp_path, template, tmp_path / "socket", tmp_path / "pid", tmp_path / "cfg")
    for names in (originals, ours):
        assert main(["serve", *(f"--{name}={value}" for name, value in zip(names, given, strict=True))]) == 0
    haproxy = HAProxySettings(socket_path=given[2], pid_path=given[3], cfg_path=given[4])
    wanted = Settings(data_dir=tmp_path, haproxy=haproxy, templates=TemplateSettings(file=template))
    assert settings == [wanted, wanted]


def test_the_file_gives_way_to_the_environment_and_that_to_the_command_line(
    settings: list[Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "aqueduct.toml"
    file.write_text(
        f"""
        dbPath = "{tmp_path}"   # in any spelling
        port = 1
        grpc-port = 2
        history_count = 3
        hard-stop-after = "2m"
        discovery = ["registry", "dns"]
        dns-name = "{{name}}.x"
        debug = true
        """
    )
    monkeypatch.setenv("AQUEDUCT_GRPC_PORT", "20")
    monkeypatch.setenv("AQUEDUCT_HISTORY_COUNT", "30")
    assert main(["serve", "--config", str(file), "--history-count", "300"]) == 0
    assert settings == [
        Settings(
            data_dir=tmp_path,
            port=1,
            grpc_port=20,
            debug=True,
            history=Retention(300),
            proxy=ProxySettings(hard_stop_after=120_000),
            discovery=DiscoverySettings(sources=("registry", "dns"), dns_name="{name}.x"),
        )
    ]


def test_the_originals_spelling_in_the_environment(
    settings: list[Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AQUEDUCT_DBPATH", str(tmp_path))
    monkeypatch.setenv("AQUEDUCT_HAPROXYCFGPATH", str(tmp_path / "cfg"))
    assert main(["serve"]) == 0
    monkeypatch.delenv("AQUEDUCT_DBPATH")
    monkeypatch.setenv("AQUEDUCT_DB_PATH", str(tmp_path))
    assert main(["serve"]) == 0
    wanted = Settings(data_dir=tmp_path, haproxy=HAProxySettings(cfg_path=tmp_path / "cfg"))
    assert settings == [wanted, wanted]


def test_what_is_wrong_in_the_environment_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AQUEDUCT_GRPC_PORT", "many")
    assert main(["serve"]) == 2
    assert capsys.readouterr().err.startswith(
        "aqueduct: Invalid value for 'AQUEDUCT_GRPC_PORT': 'many' is not"
    )
    assert main(["serve", "--grpc-port", "none"]) == 2
    assert "'--grpc-port'" in capsys.readouterr().err


def test_variables_that_are_no_options_are_known_as_such() -> None:
    names = ("AQUEDUCT_GRPCPORT", "AQUEDUCT_42", "AQUEDUCT_SERVER", "AQUEDUCT_TEST_LONG", "PATH")
    assert list(environment.unknown(serve.serve.params, dict.fromkeys(names, "1"))) == [
        "AQUEDUCT_42",
        "AQUEDUCT_GRPCPORT (did you mean AQUEDUCT_GRPC_PORT?)",
    ]
