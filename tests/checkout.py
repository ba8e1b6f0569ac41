"""A copy of the project in which the workflow can be run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TINY = ROOT / "tests" / "workflow" / "tiny.yaml"
# What tells of a run and not of its results, so that it differs from run to run.
OF_A_RUN = {"made", "logs", "provenance.json", "report.html"}


class Checkout:
    """A copy of the project, in which Snakemake can be run and files be edited."""

    def __init__(self, folder: Path):
        self.folder = folder

    @classmethod
    def fresh(cls, folder: Path) -> "Checkout":
        """Copy what git tracks into `folder`, and what Python and numba have compiled of it."""
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        compiled = [str(path.relative_to(ROOT)) for path in ROOT.glob("fbert/**/__pycache__/*")]
        for name in [*filter(None, listed.stdout.split("\0")), *compiled]:
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        return cls(folder)

    def copied_to(self, folder: Path) -> "Checkout":
        """Copy all of this one, results included."""
        return Checkout(shutil.copytree(self.folder, folder))

    def snakemake(self, *arguments: str, study: str | Path = TINY) -> subprocess.CompletedProcess:
        command = [
            sys.executable,
            "-m",
            "snakemake",
            "--cores",
            "2",
            *arguments,
            "--config",
            f"study={study}",
        ]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)

    def run(self, *arguments: str, study: str | Path = TINY) -> str:
        """Run Snakemake, which must succeed; return what it says."""
        done = self.snakemake(*arguments, study=study)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def planned(self, *arguments: str, study: str | Path = TINY) -> dict[str, int]:
        """Return how many jobs of each rule a dry run plans, without `provenance`, which any change plans."""
        said = self.run(*arguments, "--dry-run", "--quiet", "reason", study=study)
        stats = said.rpartition("Job stats:")[2]
        found = re.findall(r"^(\w+) +(\d+)$", stats, flags=re.MULTILINE)
        return {rule: int(count) for rule, count in found if rule not in ("total", "provenance")}

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace `old` in a file; it must be there."""
        file = self.folder / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))


def results(checkout: Checkout, study: str = "tiny") -> dict[str, bytes]:
    """Every result file by its path, for comparison byte for byte; hidden ones are Snakemake's."""
    root = checkout.folder / "results" / study
    files = {path.relative_to(root): path for path in sorted(root.rglob("[!.]*")) if path.is_file()}
    assert files
    return {str(name): path.read_bytes() for name, path in files.items() if name.parts[0] not in OF_A_RUN}
