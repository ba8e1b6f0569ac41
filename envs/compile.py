"""Compile what a first study would otherwise stop to compile, and keep it: the last step of `make setup`.

DirectProbe's kernel, on which half of the jobs stand. And where Python does not keep what it compiles, as
PYTHONDONTWRITEBYTECODE tells it in many containers, the modules that a study imports, a quarter of all: each
of its hundreds of processes would compile them anew.
"""

from __future__ import annotations

import os
import subprocess
import sys

KERNEL = """
import numpy as np
from fbert.directprobe.estimator import DirectProbe
y = np.arange(60) % 3
for precision in (np.float32, np.float64):
    X = np.random.default_rng(0).normal(size=(60, 3)).astype(precision)
    probe = DirectProbe().fit(X, y)
    DirectProbe().fit(X, y, warm_start_from=probe).predict(X[:1])
"""
# Two processes, each with about half of the work.
MODULES = (
    "import peft, transformers.models.bert.modeling_bert",
    "import h5py, jsonschema, matplotlib.pyplot, pandas, pyarrow, sklearn.linear_model, snakemake.cli\n"
    "from numba.core.registry import cpu_target; cpu_target.target_context",
)


def main() -> int:
    """Compile side by side; return 0 if all could be."""
    code = (KERNEL, *MODULES) if sys.dont_write_bytecode else (KERNEL,)
    writing = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    running = [subprocess.Popen([sys.executable, "-c", part], env=writing) for part in code]
    return max([process.wait() for process in running])


if __name__ == "__main__":
    sys.exit(main())
