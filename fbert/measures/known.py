"""Every measure beside ours, in the order of the columns."""

from __future__ import annotations

from fbert.measures.anisotropy import ANISOTROPY
from fbert.measures.cka import CKA
from fbert.measures.convexity import CONVEXITY
from fbert.measures.dimension import DIMENSION
from fbert.measures.measure import Comparison, Description
from fbert.measures.procrustes import PROCRUSTES
from fbert.measures.rsa import RSA

COMPARISONS: tuple[Comparison, ...] = (CKA, RSA, PROCRUSTES)
DESCRIPTIONS: tuple[Description, ...] = (CONVEXITY, DIMENSION, ANISOTROPY)
