"""How torch is set up: one thread, deterministic algorithms."""

from __future__ import annotations

import os

import torch
from torch.backends import cuda
from torch.utils import deterministic

from fbert.errors import InputError


def prepare_torch(device: str) -> torch.device:
    """Set torch up so that results depend on the input alone, and return the device to compute on.

    One thread: sums split over threads differ in their last digits, and parallelism comes from the workflow.

    Args:
        device: `auto` (a GPU if there is one), `cpu`, `cuda` or `cuda:N`.

    Raises:
        InputError: no such device.
    """
    # cuBLAS reads this once, when it starts; without it its matrix products vary from run to run.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(1)
    # A warning where an encoder uses an operation that has no deterministic form (none on the CPU). This is
    # `use_deterministic_algorithms` without its import of the compiler, which takes a probe two seconds.
    torch.set_deterministic_debug_mode("warn")
    # With it torch would fill all memory before anything is written there, a twentieth of an update.
    deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # a property of the module
    gpu = torch.cuda.is_available()
    name = ("cuda" if gpu else "cpu") if device == "auto" else device
    if name.partition(":")[0] not in ("cpu", "cuda") or (name != "cpu" and not gpu):
        raise InputError(f"device '{device}' is not available; valid are: auto, cpu{', cuda' if gpu else ''}")
    if name != "cpu":
        # Of a GPU's attention kernels only the plain one is deterministic whatever the length of a batch.
        for enable in (cuda.enable_flash_sdp, cuda.enable_mem_efficient_sdp, cuda.enable_cudnn_sdp):
            enable(False)
    return torch.device(name)
