"""Where a benchmark's table stands in the documentation: between its own marks, and written by itself."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
END = "<!-- end -->"


def write_table(script: str, found: str, document: str = "docs/method.md") -> None:
    """Print what a benchmark found, and put it between its marks.

    Args:
        script: the file's name, by which its first mark is `<!-- bench/NAME -->`.
        found: Markdown.
        document: the file.
    """
    path, begin = ROOT / document, f"<!-- bench/{script} -->"
    before, mark, rest = path.read_text(encoding="utf-8").partition(begin)
    assert mark, f"{path} has no {begin}"
    after = rest.partition(END)[2]
    path.write_text(f"{before}{begin}\n{found}\n{END}{after}", encoding="utf-8")
    print(found)
