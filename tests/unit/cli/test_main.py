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
        (["server"], "No such command 'server': did you mean serve?"),
        (["xyzzy"], "No such command 'xyzzy': 'aqueduct --help' lists all."),
        (["get", "-o", "xml"], "'xml' is not one of 'table', 'json', 'yaml', 'name'"),
        (["get", "--timeout", "0"], "'0' is not from 0.001 to 86400 seconds"),
        (["get", "-s", "a:b:c"], "'a:b:c' is neither an IP address nor a host name"),
        (["get", "config", "x"], "config has no names"),
        (["get", "config", "-o", "name"], "config has no names"),
        (["get", "members/a", "backends/a"], "members and config are shown alone"),
        (["put"], "No file: name some with -f, directories of them, or - for standard input."),
        (["apply", "-f", "/nonexistent"], "/nonexistent: cannot be read: No such file or directory"),
        (["delete"], "Name what to delete, such as backends/app."),
        (["diff"], "Compare with files, by -f FILE, or with a REVISION."),
        (["diff", "1", "-f", "x"], "Compare with files, by -f FILE, or with a REVISION."),
        (["diff", "1", "--prune"], "--prune goes with -f FILE."),
        (["diff", "1", "0"], "can be looked from, not at"),
        (["diff", "backends/x", "1"], "Name one revision or two, then resources: 41 45 backends/app."),
        (["history", "backends/x", "backends/y"], "Name one revision, or one resource."),
        (["history", "x"], "'x' is no kind of resource: there are frontends and backends."),
        (["restore", "x"], "'x' is not a valid integer range"),
        (["restore", "-1"], "No such option '-1'"),
        (["switch", "app"], "Missing argument 'VERSION'"),
        (["switch", "app", "2", "--switch-timeout", "2h"], "'2h' is not from 1 to 3600 seconds"),
        (["drain", "app"], "Name the members, such as 10.0.0.1:8080, or --all."),
        (["ready", "app", "x:1", "--all"], "Name the members, such as 10.0.0.1:8080, or --all."),
        (["drain", "frontends/app", "--all"], "'frontends/app' names no backend"),
        (["weight", "app", "x:1", "257"], "'257' is neither from 0 to 256 nor default"),
        (["completion", "tcsh"], "'tcsh' is not one of 'bash', 'zsh', 'fish'"),
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
    assert "AQUEDUCT_GRPC_PORT" in err
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
        "import sys; from aqueduct.cli.main import main, program;"
        "names = [*program.list_commands(None)];"
        "loaded = lambda heavy: [name for name in heavy.split() if name in sys.modules];"
        "main(['--help']);"
        "print(loaded('asyncio importlib.metadata aqueduct.cli.serve aqueduct.cli.commands'));"
        "[main([name, '--help']) for name in names if name not in ('serve', 'demo')];"
        "print(loaded('aqueduct.cli.client importlib.metadata'));"
        "main(['serve', '--help']); main(['demo', '--help']);"
        "print(loaded('grpc lmdb jinja2 google.protobuf dns yaml'))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert [line for line in done.stdout.splitlines() if line.startswith("[")] == ["[]"] * 3


@pytest.mark.parametrize(
    ("where", "code", "said"),
    [
        (">&-", 0, ""),
        ("2>&-", 0, ""),
        (">/dev/full", 1, "aqueduct: the output cannot be written: No space left on device\n"),
    ],
)
def test_no_output_is_no_traceback(where: str, code: int, said: str) -> None:
    command = f'exec "{sys.executable}" -m aqueduct --help {where}'
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, said)


def test_streams_that_were_closed_are_no_streams_of_others() -> None:
    script = (
        "import os, subprocess, sys; from aqueduct.cli.main import main; main(['--version']);"
        "assert os.open('/dev/null', os.O_RDONLY) > 2"
    )
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "{sys.executable}" -c "{script}" <&- >&- 2>&-'], check=False
    )
    assert done.returncode == 0
