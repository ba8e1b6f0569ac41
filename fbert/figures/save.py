"""Saving a figure: the same picture is the same bytes, and files appear whole."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from matplotlib import pyplot
from matplotlib.figure import Figure
from PIL import Image

from fbert.figures.caption import Caption
from fbert.files import replacing, write_json, write_text

_COLOURS = 256


def write_figure(figure: Figure, caption: Caption, pdf: Path, png: Path, md: Path, json: Path) -> None:
    """Write the four forms of a figure, each whole or not at all.

    Args:
        figure: what to write; it is closed.
        caption: of it.
        pdf: the picture, without a date.
        png: the same in 256 colours, which no eye tells from all of them, in a third of the size.
        md: the caption.
        json: caption, and width and height in inches, for the report.
    """
    with replacing(pdf) as temporary:
        figure.savefig(temporary, format="pdf", metadata={"CreationDate": None})
    with replacing(png) as temporary:
        _with_palette(figure).save(temporary, format="png", optimize=True)
    write_text(md, caption.markdown)
    width, height = figure.get_size_inches().round(4).tolist()
    write_json(json, {"caption": caption._asdict(), "width": width, "height": height})
    pyplot.close(figure)


def _with_palette(figure: Figure) -> Image.Image:
    drawn = BytesIO()
    figure.savefig(drawn, format="png", pil_kwargs={"compress_level": 1})  # it is only read again
    image = Image.open(drawn).convert("RGB")
    return image.quantize(_COLOURS, dither=Image.Dither.NONE)
