"""judgments.csv: what is read, and what is said of a line that is none."""

from pathlib import Path

import pytest

from searchsvc.domain.judgment import Judgment
from searchsvc.errors import DefinitionError
from searchsvc.relevance.judgments import read_judgments


def read(folder: Path, text: str) -> list[Judgment]:
    file = folder / "judgments.csv"
    file.write_bytes(text.encode())
    return read_judgments(file)


def test_what_people_write(tmp_path: Path) -> None:
    """Any order of columns, quoted commas, empty lines, a byte-order mark, other tools' names."""
    assert read(tmp_path, 'query,id,rating\n"a, b",7,3\n\nc,8,0.5\n') == [
        Judgment("a, b", "7", 3.0),
        Judgment("c", "8", 0.5),
    ]
    assert read(tmp_path, "\ufeffrating,note,docid,query\r\n1,x,9,ü\r\n") == [Judgment("ü", "9", 1)]
    assert read(tmp_path, "") == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("query,rating\na,1\n", 1, "no column 'id'"),
        ("qeury,id,rating\n", 1, "did you mean"),
        ("query,id,rating\na,1,2\nb,2,good\n", 3, "no judgment"),
        ("query,id,rating\na,1\n", 2, "no judgment"),
        ("query,id,rating\n,1,2\n", 2, "no judgment"),
        ("query,id,rating\na,1,-1\n", 2, "no judgment"),
        ("query,id,rating\na,1,nan\n", 2, "no judgment"),
        ('query,id,rating\n"a,1,2\n', 2, "not CSV"),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, text: str, line: int, words: str) -> None:
    """With its number, and how a line looks."""
    with pytest.raises(DefinitionError, match=words) as caught:
        read(tmp_path, text)
    assert caught.value.where == f"{tmp_path / 'judgments.csv'}:{line}"


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """The file is named."""
    file = tmp_path / "judgments.csv"
    file.write_bytes(b"query,id,rating\n\xff,1,1\n")
    with pytest.raises(DefinitionError, match="UTF-8"):
        read_judgments(file)
