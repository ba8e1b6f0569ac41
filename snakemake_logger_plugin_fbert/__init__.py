"""Snakemake finds `fbert.console` by this module's name."""

from fbert.console import LogHandler

__all__ = ["LogHandler"]
