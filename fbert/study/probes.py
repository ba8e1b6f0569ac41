"""Which keys of the section `probe` mean something to which kind of probe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fbert.errors import InputError

_LINEAR = "linear"
# What a linear probe has not: hidden layers, and solutions that differ.
_NOT_OF_LINEAR = ("widths", "runs")


def check_probes(given: Mapping[str, Any], path: str) -> None:
    """Refuse widths beside `kind: linear`, for whole study or encoder; an encoder may leave the study's be.

    Args:
        given: the content of a study file, before defaults are filled in.
        path: of the file, to begin a message with.

    Raises:
        InputError: widths are given for a linear probe; the message has the key.
    """
    of_study = given.get("probe", {})
    sections = {"probe": of_study} | {
        f"encoders.{name}.probe": entry["probe"]
        for name, entry in given["encoders"].items()
        if "probe" in entry
    }
    for key, section in sections.items():
        if "widths" in section and section.get("kind", of_study.get("kind")) == _LINEAR:
            raise InputError(
                f"{path}: {key}.widths: a linear probe has no hidden layers; take widths out, or ask for "
                "kind: perceptron"
            )


def meant(probe: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys that mean something to a probe of its kind, so that no other one reruns it."""
    passed_over = _NOT_OF_LINEAR if probe["kind"] == _LINEAR else ()
    return {key: value for key, value in probe.items() if key not in passed_over}
