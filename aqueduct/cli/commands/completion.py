"""`aqueduct completion`."""

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> int:
    """Print the script by which a shell completes commands.

    Options, commands, and the names of resources and members, where the server answers within a second.

    \b
    bash: eval "$(aqueduct completion bash)"          in ~/.bashrc
    zsh:  eval "$(aqueduct completion zsh)"           in ~/.zshrc
    fish: aqueduct completion fish > ~/.config/fish/completions/aqueduct.fish
    """  # noqa: D301 # it is click's mark: lines stay lines
    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"click completes nothing in {shell}.")
    click.echo(complete(context.find_root().command, {}, "aqueduct", "_AQUEDUCT_COMPLETE").source())
    return 0
