"""The `aqueduct` command, and what becomes of errors: one line on stderr and an exit code.

0 all went well, 1 it could not be done, 2 the command line is wrong, 130 interrupted. Commands
import gRPC, LMDB and Jinja only when they run, so that `--help` answers at once.
"""

import os
import sys
from collections.abc import Sequence

import click

from aqueduct import __version__
from aqueduct.cli.backup import backup, fsck
from aqueduct.cli.config import config
from aqueduct.cli.configfile import Wrong
from aqueduct.cli.demo import demo
from aqueduct.cli.serve import serve
from aqueduct.cli.template import template

_STDERR = 2
_INTERRUPTED = 130
"""128 + SIGINT, as shells count it."""


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="aqueduct %(version)s")
@click.pass_context
def program(context: click.Context) -> None:
    """Run the control plane of an HAProxy."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


program.add_command(serve)
program.add_command(demo)
program.add_command(backup)
program.add_command(fsck)
program.add_command(template)
program.add_command(config)


def main(args: Sequence[str] | None = None) -> int:
    """Run the command that `args` (by default the process's own) name; return its exit code."""
    _reserve_standard_streams()
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # its C core's remarks are no lines of our log
    try:
        code = program.main(args, prog_name="aqueduct", standalone_mode=False)
    except click.ClickException as error:
        for line in _lines(error):
            print(f"aqueduct: {line}", file=sys.stderr)  # noqa: T201 # the command's own words
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    return code if isinstance(code, int) else 0


def _lines(error: click.ClickException) -> list[str]:
    """Return one line, or one for each fault."""
    if isinstance(error, Wrong):
        return error.message.splitlines()
    return [" ".join(error.format_message().split())]


def _reserve_standard_streams() -> None:
    """Open what the parent closed, lest the store's file become somebody's standard error."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(descriptor)
