"""Exit codes, and one line for each error."""

import re
import subprocess
import sys

import pytest

from aqueduct import __version__
from aqueduct.cli.main import main
from aqueduct.cli.serve import serve


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["serve", "--port", "65536"], "'--port': 65536 is not in the range 0<=x<=65535"),
        (["serve", "--grpc-port", "-1"], "'--grpc-port': -1 is not in the range"),
        (["serve", "--grpc-port", "http"], "'--grpc-port': 'http' is not a valid integer"),
        (["serve", "--host", "a/b"], "'--host': 'a/b' is neither an IP address nor a host name"),
        (["serve", "--host", "[::1"], "'--host': '[::1' is neither"),
        (["serve", "--host", ""], "'--host': '' is neither"),
        (["serve", "--host", "999.1.1.1"], "'--host': '999.1.1.1' is neither"),
        (["serve", "--data-dir="], "'--data-dir': '' is no directory"),
        (["serve", "--port=7", "--grpc-port=7"], "'--grpc-port': 7 is the port of --port too"),
        (["serve", "--on-exit", "never"], "'never' is not one of 'auto', 'stop', 'keep'"),
        (["serve", "--haproxy-bin", "/nonexistent/haproxy"], "'/nonexistent/haproxy' does not exist"),
        (["serve", "--haproxy-bin", "/dev"], "'/dev' is a directory"),
        (["serve", "--haproxy-bin", __file__], "is not executable"),
        (["serve", "--template-file", "/nonexistent/x.j2"], "'/nonexistent/x.j2' does not exist"),
        (["serve", "--template-dir", __file__], "is a file"),
        (["serve", "--data-dir", __file__], "is a file"),
        (["serve", "--stats-page", "127.0.0.1"], "'--stats-page': '127.0.0.1'"),
        (["serve", "--stats-page", "127.0.0.1:0x50"], "'--stats-page': '127.0.0.1:0x50'"),
        (["serve", "--stats-page", ":8404,:8405"], "':8404,:8405' is not one address"),
        (["serve", "--stats-page", ":8404 ssl"], "':8404 ssl' is not one address"),
        (["serve", "--hard-stop-after", "x"], "'--hard-stop-after': 'x' is no time, such as 30s"),
        (["serve", "--hard-stop-after", "0"], "'--hard-stop-after': '0' is not from 1 to"),
        (["serve", "--verify-interval", "-1"], "'--verify-interval': '-1' is no time"),
        (["serve", "--empty-grace", "2d"], "'--empty-grace': '2d' is not from 0 to 86400 seconds"),
        (["serve", "--discovery", "registry,consul"], "'consul' is no source: there are registry, dns, file"),
        (["serve", "--discovery", "registry,registry"], "'--discovery': 'registry' is given twice"),
        (["serve", "--discovery", ""], "'' is no source"),
        (["serve", "--discovery", "dns"], "--dns-name: is needed for the source dns"),
        (["serve", "--discovery", "file"], "--discovery-file: is needed for the source file"),
        (["serve", "--dns-name", "{name}.x"], "--dns-name: is of the source dns: --discovery must name it"),
        (["serve", "--dns-server", "127.0.0.1"], "--dns-server: is of the source dns"),
        (["serve", "--discovery-file", __file__], "--discovery-file: is of the source file"),
        (["serve", "--dns-name", "web.x"], "'--dns-name': 'web.x': must hold {name}"),
        (["serve", "--dns-server", "ns.x"], "'--dns-server': 'ns.x' is no name server, such as"),
        (["serve", "--template-file", "/a\nb"], "does not exist"),
        (["serve", "--prot", "1"], "No such option '--prot'"),
        (["serve", "surplus"], "unexpected extra argument"),
        (["demo", "--seconds", "0"], "'--seconds': 0.0 is not in the range"),
        (["server"], "No such command 'server'"),
    ],
)
def test_a_bad_value_exits_2_with_one_clear_line(
    args: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("aqueduct: ")
    assert words in err


def test_a_bad_value_in_the_environment_is_named(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AQUEDUCT_GRPC_PORT", "x")
    assert main(["serve"]) == 2
    err = capfd.readouterr().err
    assert "--grpc-port" in err
    assert err.count("\n") == 1


def test_without_a_command_it_tells_the_commands(capfd: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out = capfd.readouterr().out
    assert "serve" in out
    assert "demo" in out


def test_help_tells_every_default(capfd: pytest.CaptureFixture[str]) -> None:
    serve._help_option = None  # click keeps that of whoever asked first
    assert main(["serve", "--help"]) == 0
    words = " ".join(capfd.readouterr().out.split())
    options = re.split(r"(?<!,) --", words.partition(" -h, --help")[0])[1:]
    without = [option for option in options if "[default:" not in option]
    assert [option.split()[0] for option in without] == ["sudo", "thalassa-registry", "debug"]
    for default in ("127.0.0.1", "10000", "10001", "auto"):
        assert f"[default: {default}" in words


@pytest.mark.parametrize(
    "program", [["-m", "aqueduct"], ["-c", "from aqueduct.cli.main import main; main()"]]
)
def test_the_program_tells_its_version(program: list[str]) -> None:
    done = subprocess.run([sys.executable, *program, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"aqueduct {__version__}\n"


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from aqueduct.cli.main import main; main(['serve', '--help']);"
        "heavy = ('grpc', 'lmdb', 'jinja2', 'google.protobuf', 'dns', 'yaml');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_streams_that_were_closed_are_no_streams_of_others() -> None:
    script = (
        "import os, subprocess, sys; from aqueduct.cli.main import main; main(['--version']);"
        "assert os.open('/dev/null', os.O_RDONLY) > 2"
    )
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "{sys.executable}" -c "{script}" <&- >&- 2>&-'], check=False
    )
    assert done.returncode == 0
