"""DirectProbe: clusters of labelled points whose hulls do not meet, and certified distances between them."""

from fbert.directprobe.estimator import DirectProbe
from fbert.directprobe.pairs import Supports, pairwise_distances
from fbert.directprobe.solver.hull import HullDistance, hull_distance, separate

__all__ = ["DirectProbe", "HullDistance", "Supports", "hull_distance", "pairwise_distances", "separate"]
