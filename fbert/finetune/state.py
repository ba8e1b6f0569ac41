"""The state of an unfinished run, in one file that is replaced as a whole.

Weights and Adam's moments are all there is: batches, learning rate and dropout follow from the seed and the
number of the update (see `fbert.finetune.plan`). The format is safetensors, which holds numbers only.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from fbert.errors import CorruptFileError
from fbert.files import replacing


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        update: updates done.
        log_bytes: length of its log.
    """

    update: int
    log_bytes: int


def save_state(
    path: Path,
    weights: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
    progress: Progress,
    record: Mapping[str, Any],
) -> None:
    """Write a run's state, whole or not at all.

    Args:
        path: the file.
        weights: all that are trained, by name.
        optimizer: Adam over those weights.
        progress: how far the run is.
        record: what the run is; another run's state is never taken up.
    """
    tensors = {name: weight.detach().cpu() for name, weight in weights.items()}
    for number, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"adam.{number}.{name}": value.cpu() for name, value in moments.items()}
    content = {
        "update": str(progress.update),
        "log_bytes": str(progress.log_bytes),
        "record": json.dumps(dict(record)),
        "crc32": str(_checksum(tensors)),
    }
    with replacing(path) as temporary:
        save_file(tensors, temporary, content)


def read_record(path: Path) -> dict[str, Any]:
    """Return what run a state is of.

    Raises:
        CorruptFileError: it is no such file, or truncated.
    """
    with _opening(path) as file:
        record: dict[str, Any] = json.loads(file.metadata()["record"])
        return record


def restore_state(
    path: Path, weights: Mapping[str, torch.nn.Parameter], optimizer: torch.optim.Optimizer
) -> Progress:
    """Put weights and optimizer into the state that was saved.

    Raises:
        CorruptFileError: the file is truncated or altered.
    """
    with _opening(path) as file:
        content = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
        if content["crc32"] != str(_checksum(tensors)):
            raise OSError("its checksum differs")
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(tensors[name])
    moments: dict[int, dict[str, torch.Tensor]] = {}
    for name in tensors:
        if name.startswith("adam."):
            _, number, key = name.split(".")
            moments.setdefault(int(number), {})[key] = tensors[name]
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
    return Progress(int(content["update"]), int(content["log_bytes"]))


@contextmanager
def _opening(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError, KeyError, TypeError) as error:
        raise CorruptFileError(
            f"{path}: truncated or altered ({error}); delete {path.parent} and run again to train anew"
        ) from error


def _checksum(tensors: Mapping[str, torch.Tensor]) -> int:
    checksum = 0
    for name in sorted(tensors):
        checksum = zlib.crc32(tensors[name].contiguous().reshape(-1).view(torch.uint8).numpy().data, checksum)
    return checksum
