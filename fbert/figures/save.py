"""Saving a figure: the same picture is the same bytes, and files appear whole."""

from __future__ import annotations

from pathlib import Path

from matplotlib import pyplot
from matplotlib.figure import Figure

from fbert.files import replacing


def save(figure: Figure, pdf: Path | str, png: Path | str) -> None:
    """Write a figure as PDF and PNG, without dates and without the name of the program."""
    with replacing(pdf) as temporary:
        figure.savefig(temporary, format="pdf", metadata={"CreationDate": None})
    with replacing(png) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})
    pyplot.close(figure)
