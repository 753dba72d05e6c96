"""`searchsvc completion SHELL`: the script that completes commands and index names."""

import click
from click.shell_completion import get_completion_class


@click.command
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of SHELL.

    \b
    bash: eval "$(searchsvc completion bash)"     in ~/.bashrc
    zsh:  eval "$(searchsvc completion zsh)"      in ~/.zshrc
    fish: searchsvc completion fish | source      in ~/.config/fish/config.fish
    """  # noqa: D301 - click reads the backspace: lines to keep as they are
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for '{shell}'")
    root = ctx.find_root().command
    click.echo(kind(root, {}, "searchsvc", "_SEARCHSVC_COMPLETE").source())
