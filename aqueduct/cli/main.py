"""The `aqueduct` command, and what becomes of errors: lines on stderr and an exit code (failures.py).

Commands are imported when they run, and gRPC, LMDB and Jinja by them, so that `--help` answers at once.
"""

import errno
import io
import os
import sys
from collections.abc import Sequence

import click

from aqueduct.cli.failures import Exit, Failed
from aqueduct.cli.lazy import Lazy, LazyGroup

_STDERR = 2
_COMMANDS = "aqueduct.cli.commands"
_SECTIONS = {
    "Resources": {
        "get": Lazy(f"{_COMMANDS}.get", "Show resources, members, or HAProxy's configuration."),
        "put": Lazy(f"{_COMMANDS}.write", "Create or replace what files hold."),
        "delete": Lazy(f"{_COMMANDS}.write", "Delete resources."),
        "apply": Lazy(
            f"{_COMMANDS}.declare", "Make the configuration what files say: show the plan, ask, do it."
        ),
        "diff": Lazy(f"{_COMMANDS}.declare", "Tell in what files, or revisions, differ from what is stored."),
        "export": Lazy(f"{_COMMANDS}.transfer", "Write the configuration as a document."),
        "import": Lazy(f"{_COMMANDS}.transfer", "Store the resources of documents, in one revision."),
    },
    "History": {
        "history": Lazy(f"{_COMMANDS}.history", "Tell who changed what, when and why."),
        "restore": Lazy(f"{_COMMANDS}.history", "Go back to a revision."),
    },
    "Watching": {
        "activity": Lazy(f"{_COMMANDS}.activity", "Tell what happened, the newest first."),
        "top": Lazy(
            f"{_COMMANDS}.top", "Show statistics as a table that changes as they do, until q or Ctrl-C."
        ),
        "watch": Lazy(f"{_COMMANDS}.watch", "Tell what changes, as it happens, until Ctrl-C."),
    },
    "Members": {
        "switch": Lazy(f"{_COMMANDS}.members", "Have a dynamic backend serve another version."),
        "drain": Lazy(f"{_COMMANDS}.members", "Have members take nothing new and finish their sessions."),
        "maint": Lazy(f"{_COMMANDS}.members", "Have members take nothing, and not be checked."),
        "ready": Lazy(f"{_COMMANDS}.members", "Have members take everything again."),
        "weight": Lazy(f"{_COMMANDS}.members", "Set a member's share of the load."),
    },
    "HAProxy": {
        "status": Lazy(f"{_COMMANDS}.haproxy", "Tell whether what is stored is what is served."),
        "reload": Lazy(f"{_COMMANDS}.haproxy", "Have HAProxy read its files anew, by a hitless reload."),
    },
    "On this machine": {
        "serve": Lazy("aqueduct.cli.serve", "Run Aqueduct and its HAProxy until SIGINT or SIGTERM."),
        "demo": Lazy(
            "aqueduct.cli.demo", "Switch a frontend between two versions of a web service, under traffic."
        ),
        "backup": Lazy(
            "aqueduct.cli.backup", "Copy the store to FILE, as it is at one moment, and check the copy."
        ),
        "fsck": Lazy("aqueduct.cli.backup", "Check FILE, a backup."),
        "config": Lazy("aqueduct.cli.config", "Work with the file of options, see `serve --config`."),
        "template": Lazy("aqueduct.cli.template", "Work with the templates of HAProxy's configuration."),
        "completion": Lazy(
            f"{_COMMANDS}.completion", "Print the script by which a shell completes commands."
        ),
    },
}


@click.group(
    cls=LazyGroup,
    sections=_SECTIONS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused, 4 not found, 5 unreachable: docs/cli.md.",
)
@click.version_option(package_name="aqueduct", message="aqueduct %(version)s")
@click.pass_context
def program(context: click.Context) -> None:
    """Run the control plane of an HAProxy, or talk to one."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(args: Sequence[str] | None = None) -> int:
    """Run the command that `args` (by default the process's own) name; return its exit code."""
    _reserve_standard_streams()
    _write_any_character()
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # its C core's remarks are no lines of our log
    try:
        code = program.main(args, prog_name="aqueduct", standalone_mode=False)
    except click.ClickException as error:
        if error.exit_code == Exit.PIPE:
            _leave_pipes()
        _tell(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO) or error.filename is not None:
            raise
        _tell(Failed(f"the output cannot be written: {error.strerror}"))
        _leave_pipes()
        return Exit.FAILED
    return code if isinstance(code, int) else 0


def _tell(error: click.ClickException) -> None:
    lines = error.lines if isinstance(error, Failed) else (error.format_message(),)
    for line in lines:
        print(f"aqueduct: {_in_one_line(line)}", file=sys.stderr)  # noqa: T201 # the command's own words


def _in_one_line(text: str) -> str:
    """Return `text` in one line that no terminal obeys: some of it is others' words."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def _write_any_character() -> None:
    """Have characters that the terminal's encoding lacks escaped, not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave_pipes() -> None:
    """Have what is left to be written go nowhere, lest Python complain of it on its way out."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(devnull, stream.fileno())
    os.close(devnull)


def _reserve_standard_streams() -> None:
    """Open what the parent closed, lest the store's file become somebody's standard error."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(descriptor)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w" if number else "r", closefd=False, encoding="utf-8"))  # noqa: SIM115 # as long as the process
