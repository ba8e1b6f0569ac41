"""Train in a process of its own, for tests that kill it.

`python train.py ORIGINAL FOLDER [SETTINGS]`, with settings in JSON.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from encoder.tiny import corpus

from fbert.encoder import EncoderSource
from fbert.finetune import FinetuneSettings
from fbert.finetune.training import finetune

SETTINGS = FinetuneSettings(epochs=6, batch_size=2, snapshots=7)

if __name__ == "__main__":
    original, folder, *other = sys.argv[1:]
    settings = FinetuneSettings.from_study(json.loads(other[0])) if other else SETTINGS
    finetune(EncoderSource("bert", folder=original), corpus(), "DEP", settings, 3, folder, device="cpu")
