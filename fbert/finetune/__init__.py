"""Fine-tuning an encoder on a task (docs/method.md, Encoders and fine-tuning).

`fbert.finetune.training` holds the loop and needs torch; this package alone imports nothing heavy.
"""

from fbert.finetune.settings import FinetuneSettings

__all__ = ["FinetuneSettings"]
