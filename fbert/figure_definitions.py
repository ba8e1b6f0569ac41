"""The figures: what each is made of (study, section 6).

Only the standard library is imported here, since the workflow reads this while it plans.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FigureDefinition:
    """What a figure is made of.

    Attributes:
        kind: the module of `fbert.figure_data` that makes its CSV, and of `fbert.figures` that draws it.
        title: what it shows; heads its caption.
        tasks: the tasks it shows; None for all tasks of the study's dynamics.
        every_layer: whether it shows all layers or every second one, where it shows several.
        every_seed: whether it shows all seeds; projections cannot be averaged and show the first.
    """

    kind: str
    title: str
    tasks: tuple[str, ...] | None = None
    every_layer: bool = False
    every_seed: bool = True


def _differences(task: str, every_layer: bool = True) -> FigureDefinition:
    layers = "all layers" if every_layer else "every second layer"
    title = f"How the centroids of {task} labels move in fine-tuning, {layers}"
    return FigureDefinition("differences", title, (task,), every_layer, every_seed=False)


_DISTANCES = "Distance of a label to the nearest other label during fine-tuning"

FIGURES: Mapping[str, FigureDefinition] = {
    "figure1": FigureDefinition("plane", "What DirectProbe does, on points in the plane", ()),
    # The paper shows one task in its text and the rest in its appendix.
    "figure2": FigureDefinition("minimum_distance", _DISTANCES, ("POS",)),
    "figure3": FigureDefinition(
        "paths", "Paths of three label centroids through fine-tuning", ("POS",), every_seed=False
    ),
    "figure4": FigureDefinition("similarity", "Similarity of layers to their original during fine-tuning"),
    "figure5": _differences("POS", every_layer=False),
    "figure6": FigureDefinition("minimum_distance", _DISTANCES),
    "figure7": _differences("POS"),
    "figure8": _differences("DEP"),
    "figure9": _differences("PS-fxn"),
    "figure10": _differences("PS-role"),
    "movement": FigureDefinition("movement", "Distance that label centroids moved in fine-tuning, by layer"),
    "memorisation": FigureDefinition("memorisation", "Learning curves on seen and unseen examples"),
}


def every_second_layer(last: int) -> list[int]:
    """Return every second layer counted down from the last, lowest first; the embedding layer is left out."""
    return sorted(range(last, 0, -2))


def snapshot_layers(last: int) -> list[int]:
    """Return the layers whose vectors are kept at snapshots: every second one, and the first for Figure 3."""
    return sorted({1, *every_second_layer(last)})
