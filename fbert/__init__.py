"""fbert: what fine-tuning does to the space of a text encoder, measured."""

__version__ = "0.2.0"
