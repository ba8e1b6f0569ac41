"""Pre-trained text encoders: where they come from, how words become subwords, and vectors of every layer.

`fbert.encoder.model` holds the encoder itself and needs torch; this package alone imports nothing heavy.
"""

from fbert.encoder.source import EncoderSource

__all__ = ["EncoderSource"]
