"""What the command line teaches: the help of every command, and completion in a shell."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from searchsvc.cli.main import cli
from tests.support.command import COMMAND, run_command
from tests.support.shop import Shop


def commands(group: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of every command, the bare `searchsvc` first."""
    found = [path]
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            found += commands(command, (*path, name))
    return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    """A project whose one index is `products`."""
    return Shop.new(tmp_path_factory.mktemp("shop"), rows=1)


@pytest.mark.parametrize("words", commands(cli), ids=" ".join)
def test_help_teaches(words: tuple[str, ...], tmp_path: Path) -> None:
    """It begins with a sentence, explains each option in words, and needs no project."""
    ended = run_command(*words, "--help", folder=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    usage, sentence, *_ = ended.out.split("\n\n")
    assert usage.startswith(f"Usage: searchsvc{''.join(f' {word}' for word in words)} [OPTIONS]")
    assert re.match(r"  [A-Z]\w+ .*[.:]$", " ".join(sentence.splitlines())), sentence
    options = ended.out.partition("\nOptions:\n")[2].partition("\n\n")[0]
    for option in re.split(r"\n  (?=-)", options):
        named = re.match(r"\s*-\S+.*?\s{2,}[A-Z]\w+ .*\.", option, re.DOTALL)
        assert named, f"no words on the option: {option}"
    assert "\\b" not in ended.out
    assert "..." not in ended.out.replace("]...", "")
    assert list(tmp_path.iterdir()) == []


def test_help_keeps_its_examples_on_their_lines(tmp_path: Path) -> None:
    """What is to be copied from the help of init and completion stands on lines of its own."""
    init = run_command("init", "--help", folder=tmp_path).out.splitlines()
    assert "  searchsvc init sqlite:///shop.db" in init
    completion = run_command("completion", "--help", folder=tmp_path).out.splitlines()
    assert '  bash: eval "$(searchsvc completion bash)"     in ~/.bashrc' in completion


def completed(words: str, folder: Path) -> list[str]:
    """What bash is offered at the end of these words."""
    ended = run_command(
        folder=folder,
        _SEARCHSVC_COMPLETE="bash_complete",
        COMP_WORDS=words,
        COMP_CWORD=str(len(words.split(" ")) - 1),
    )
    assert (ended.code, ended.err) == (0, "")
    return [line.partition(",")[2] for line in ended.out.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("searchsvc ", [words[0] for words in commands(cli) if len(words) == 1]),
        ("searchsvc r", ["runs", "rollback", "report"]),
        ("searchsvc index re", ["rebuild", "reconcile"]),
        ("searchsvc index rebuild pr", ["products"]),
        ("searchsvc index rebuild products ", ["products"]),
        ("searchsvc index increment ", ["products"]),
        ("searchsvc index reconcile ", ["products"]),
        ("searchsvc index prune ", ["products"]),
        ("searchsvc show ", ["products"]),
        ("searchsvc runs ", ["products"]),
        ("searchsvc versions p", ["products"]),
        ("searchsvc rollback x", []),
        ("searchsvc index rebuild --allow", ["--allow-empty", "--allow-change", "--allow-worse"]),
        ("searchsvc latency --minutes ", ["1", "5", "60"]),
        ("searchsvc completion ", ["bash", "zsh", "fish"]),
    ],
)
def test_a_shell_completes(shop: Shop, words: str, wanted: list[str]) -> None:
    """Commands, options, their values, and the names of the project's indexes."""
    assert completed(words, shop.folder) == wanted


def test_completion_looks_into_the_project_that_is_named(shop: Shop, tmp_path: Path) -> None:
    """After -C the names are those of that project; elsewhere there are none, and no error."""
    assert completed(f"searchsvc -C {shop.folder} show p", tmp_path) == ["products"]
    assert completed("searchsvc show p", tmp_path) == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash to complete in")
def test_the_printed_script_completes_in_bash(shop: Shop) -> None:
    """Bash runs the script of `completion bash`, and completes an index's name by it."""
    lines = [
        'PATH="$1:$PATH"',
        'eval "$(searchsvc completion bash)"',
        "COMP_WORDS=(searchsvc show pro) COMP_CWORD=2",
        'function="$(complete -p searchsvc | grep -o "_[a-z_]*")"',
        '"$function" searchsvc',
        'echo "${COMPREPLY[@]}"',
    ]
    ended = subprocess.run(
        ["bash", "-c", "\n".join(lines), "bash", str(Path(COMMAND).parent)], cwd=shop.folder,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.stdout, ended.stderr) == ("products\n", "")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_scripts_for_other_shells(shell: str, tmp_path: Path) -> None:
    """Each asks `searchsvc` itself, by the variable that click listens to."""
    ended = run_command("completion", shell, folder=tmp_path)
    assert ended.code == 0
    assert f"_SEARCHSVC_COMPLETE={shell}_complete" in ended.out
