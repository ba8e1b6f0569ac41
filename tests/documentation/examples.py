"""The Python of pages, run in whichever environment this is: `python -m documentation.examples PAGE ...`."""

import doctest
import io
import sys

from documentation.pages import BY_NAME, Page


def run_python(page: Page) -> None:
    """Run the blocks of a page; they share their names, as they do for whoever types them."""
    names: dict[str, object] = {}
    for number, block in enumerate(page.blocks("python")):
        if ">>>" in block:
            _run_doctest(block, names, f"{page.name}, example {number + 1}")
        else:
            exec(compile(block, page.name, "exec"), names)


def _run_doctest(block: str, names: dict[str, object], title: str) -> None:
    test = doctest.DocTestParser().get_doctest(block, names, title, title, 0)
    said = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=said.write, clear_globs=False)
    names.update(test.globs)
    assert runner.failures == 0, said.getvalue()


if __name__ == "__main__":
    for name in sys.argv[1:]:
        run_python(BY_NAME[name])
