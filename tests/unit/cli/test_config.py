"""The file of options, and how it is checked."""

from pathlib import Path

import pytest

from aqueduct.cli.configfile import line_of
from aqueduct.cli.main import main


def _told(file: Path, capfd: pytest.CaptureFixture[str], *command: str) -> list[str]:
    """Return the lines that `file` is refused with."""
    assert main([*(command or ("config", "check")), str(file)]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    return [line.removeprefix(f"aqueduct: {file}:") for line in err.splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "aqueduct.toml"


def test_a_good_file(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file.write_text('port = 80\nhost = "::1"\nverify-interval = 2.5\n')
    assert main(["config", "check", str(file)]) == 0
    assert capfd.readouterr() == (f"{file}: good\n", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("grcp-port = 1", "1: grcp-port: is no option: did you mean grpc-port?"),
        ("\n[qqq]\nport = 1", "2: qqq: is no option"),
        ("# ports\nport = 65536", "2: port: 65536 is not in the range 0<=x<=65535."),
        ("debug = 1", "1: debug: must be true or false"),
        ("port = true", "1: port: must be a text or a number"),
        ("port = [1]", "1: port: must be a text or a number"),
        ("port = 2020-01-01", "1: port: must be a text or a number"),
        ('hard-stop-after = "soon"', "1: hard-stop-after: 'soon' is no time, such as 30s, 500ms or 5m."),
        ('haproxy-bin = "/nonexistent"', "1: haproxy-bin: File '/nonexistent' does not exist."),
        ('config = "a.toml"', "1: config: names this very file"),
        ('restore = "a"', "1: restore: is for one start: give it as an option"),
        ('a = """\nport = 0\n"""\n', "3: a: is no option"),
        ("port = 1\ngrpc-port = 1", "2: grpc-port: 1 is the port of --port too."),
        ('discovery = "dns"', " dns-name: is needed for the source dns."),
        ('dns_name = "{name}.x"', "1: dns_name: is of the source dns: --discovery must name it."),
        ('dbPath = "/a"\ndb-path = "/b"', "2: db-path: is given in another spelling already"),
        ("port = ", " is no TOML: Invalid value (at line 1, the last)"),
        ("port = 1\nport = 2", " is no TOML: Cannot overwrite a value (at line 2, the last)"),
        (b"\xff", " is no UTF-8 at byte 0"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_key(
    file: Path, text: str | bytes, line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert _told(file, capfd) == [line]
    assert _told(file, capfd, "serve", "--config") == [line]


def test_all_that_is_wrong_is_told_at_once(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file.write_text('port = -1\nhost = ""\nprot = 1\n')
    assert [line.split(":")[1] for line in _told(file, capfd)] == [" port", " host", " prot"]


def test_what_the_command_line_says_is_not_the_files_fault(
    file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file.write_text("port = 7\n")
    assert main(["serve", "--config", str(file), "--grpc-port=7"]) == 2
    assert (
        capfd.readouterr().err == "aqueduct: Invalid value for '--grpc-port': 7 is the port of --port too.\n"
    )


def test_a_file_that_is_not_there(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check", str(file)]) == 2
    assert "does not exist" in capfd.readouterr().err


def test_the_line_of_a_key_is_that_on_which_its_value_ends() -> None:
    assert line_of('a = """\nb = 1\n"""\nb = 2', "b") == 4
    assert line_of("a = [\n1,\n]\n", "a") == 3
    assert line_of("a = 1\n", "b") == 1  # not there at all
