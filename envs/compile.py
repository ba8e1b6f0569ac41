"""Import what a study imports, so that Python compiles those modules, a quarter of all, and keeps them.

Python does so by itself on first use, unless PYTHONDONTWRITEBYTECODE is set, as in many containers: then each
of the hundreds of processes of a study would compile them anew. Where it is not set there is nothing to do.
"""

from __future__ import annotations

import os
import subprocess
import sys

# Two processes, each with about half of the work.
HALVES = (
    "import peft, transformers.models.bert.modeling_bert",
    "import h5py, jsonschema, matplotlib.pyplot, pandas, pyarrow, sklearn.linear_model, snakemake.cli\n"
    "from numba.core.registry import cpu_target; cpu_target.target_context",
)


def main() -> int:
    """Import both halves side by side; return 0 if both could be."""
    if not sys.dont_write_bytecode:
        return 0
    writing = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    running = [subprocess.Popen([sys.executable, "-c", half], env=writing) for half in HALVES]
    return max([process.wait() for process in running])


if __name__ == "__main__":
    sys.exit(main())
