"""Measures of others, to stand beside DirectProbe's: one file each (docs/method.md, Measures beside ours)."""
