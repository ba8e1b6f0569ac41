"""Virtual environments that have what a test names and nothing else."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKED = ROOT / "envs/requirements.txt"


def with_packages(folder: Path, *packages: str | Path, constraints: Path = LOCKED) -> Path:
    """Make an environment with packages, at locked versions or others; return the folder of its programs."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    install(folder / "bin", *packages, constraints=constraints)
    return folder / "bin"


def install(programs: Path, *packages: str | Path, constraints: Path = LOCKED) -> None:
    """Add packages to an environment, by the pip of this one; as in the Makefile, none is compiled."""
    pip = [sys.executable, "-m", "pip", "--python", programs / "python"]
    options = ["--quiet", "--no-compile", "--disable-pip-version-check", "--constraint", constraints]
    subprocess.run([*pip, "install", *options, *packages], check=True)
