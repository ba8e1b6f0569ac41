"""Train in a process of its own, for tests that kill it: `python train.py ORIGINAL FOLDER [SNAPSHOTS]`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from encoder.tiny import corpus

from fbert.encoder import EncoderSource
from fbert.finetune import FinetuneSettings
from fbert.finetune.training import finetune

SETTINGS = FinetuneSettings(epochs=6, batch_size=2, snapshots=7, snapshot_layers=(0, 3))

if __name__ == "__main__":
    original, folder, *snapshots = sys.argv[1:]
    finetune(
        EncoderSource("bert", folder=original), corpus(), "DEP", SETTINGS, 3, folder, *snapshots, device="cpu"
    )
