"""Export `lock.txt` as the files that pip and conda read: `python envs/export.py`, or `make lock`."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
EXPORTED = "# Exported from lock.txt by `make lock`; change that file instead.\n"
CONDA = """\
# fbert.post-deploy.sh adds the packaged weights.
name: fbert
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def groups(lock: str) -> dict[str, list[str]]:
    """Return the pins of each group in the text of a lock file, as `NAME==VERSION`."""
    found: dict[str, list[str]] = {}
    for line in lock.splitlines():
        if line.startswith("["):
            pins = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            pins.append(line)
    return found


def exports(lock: str) -> dict[str, str]:
    """Return the text of each file that is made from the text of a lock file, by its name."""
    pins = groups(lock)
    # conda brings a pip of its own, and one that replaced itself as it ran would be asking for trouble.
    conda = [f"      - {pin}" for pin in pins["run"] if not pin.startswith("pip==")]
    return {
        "requirements.txt": EXPORTED + _lines(pins["run"]),
        "dev-requirements.txt": EXPORTED + _lines(pins["develop"]),
        "docs-requirements.txt": EXPORTED + _lines(pins["docs"]),
        "fbert.yaml": EXPORTED + CONDA + _lines(conda),
    }


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Write every exported file beside the lock file."""
    for name, text in exports((HERE / "lock.txt").read_text()).items():
        (HERE / name).write_text(text)


if __name__ == "__main__":
    main()
