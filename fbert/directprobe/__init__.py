"""DirectProbe: clusters of labelled points whose hulls do not meet, and certified distances between them.

A name is imported when it is first asked for. `DirectProbe` is a class of scikit-learn's, which takes a
second to import and brings pandas; what measures hulls alone does without both.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fbert.directprobe.estimator import DirectProbe
    from fbert.directprobe.pairs import Supports, pairwise_distances
    from fbert.directprobe.solver.distances import HullDistances
    from fbert.directprobe.solver.hull import HullDistance, hull_distance, separate

__all__ = [
    "DirectProbe",
    "HullDistance",
    "HullDistances",
    "Supports",
    "hull_distance",
    "pairwise_distances",
    "separate",
]

_HOMES = {
    "estimator": ("DirectProbe",),
    "pairs": ("Supports", "pairwise_distances"),
    "solver.distances": ("HullDistances",),
    "solver.hull": ("HullDistance", "hull_distance", "separate"),
}


def __getattr__(name: str) -> Any:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
