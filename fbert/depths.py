"""Which layers a study looks at: `all` of each encoder, or of those it names no more than there are."""

from __future__ import annotations

from dataclasses import replace

from fbert.encoder.source import EncoderSource
from fbert.errors import InputError
from fbert.paths import fetched_encoder
from fbert.study.study import Study


def with_layers(study: Study) -> Study:
    """Say for each encoder which layers are looked at beside the last, now that its depth can be known.

    Raises:
        InputError: the main encoder has no such layer; or all are asked for and it is not known how many.
    """
    if study.layers == "last":
        return study
    shapes = {name: EncoderSource.from_study(name, entry).shape() for name, entry in study.encoders.items()}
    depths = {name: (shape or {}).get("layers") for name, shape in shapes.items()}
    return replace(study, layers_of={name: _layers_below(study, name, depths[name]) for name in depths})


def _layers_below(study: Study, encoder: str, depth: int | None) -> tuple[int, ...]:
    if isinstance(study.layers, str):
        if depth is None:
            raise InputError(
                f"study {study.name}: layers: all: the configuration of encoder {encoder} is not here, so "
                "its number of layers is not known; list the layers, or run with `layers: last` first: "
                f"snakemake {_fetched(study, encoder)}"
            )
        return tuple(range(depth))
    if encoder == study.main_encoder and depth is not None and max(study.layers) > depth:
        raise InputError(
            f"study {study.name}: layers: {max(study.layers)}, but {encoder} has layers 0 to {depth}"
        )
    return tuple(layer for layer in study.layers if depth is None or layer < depth)


def _fetched(study: Study, encoder: str) -> str:
    return fetched_encoder(study.encoders[encoder]["hub"], study.encoders[encoder]["revision"])
