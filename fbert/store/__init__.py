"""Vectors on disk: an HDF5 file for each encoder state and corpus split, or for each run's snapshots.

Reading is here and light; `fbert.store.embed` writes a store and `fbert.store.snapshots` joins a run's.

A store holds one row for every word, and for every sentence if a task is about sentences, that one of its
tasks needs: POS and DEP share their rows, and DEP joins those of dependent and head when it is read.

    rows                 (r, 2) int64       sentence and word of each row, sorted; word -1 is the sentence
    forms                (r,) text          the word, or the words of the sentence
    layer_00, layer_01   (r, dim) float     vectors, float16 or float32
    tasks/TASK/rows      (n, arity) int64   the rows of each example
    tasks/TASK/labels    (n,) int64         its label, an index into
    tasks/TASK/names     text               the label names

In a file of snapshots the layers lie in one group for each update: `update_00000120/layer_06`. Every dataset
carries a checksum, the file what made it, and a mark, written last, that it is complete. Equal data is equal
bytes.
"""

from fbert.store.read import read, read_forms, read_layers, read_provenance, read_snapshots, read_updates

__all__ = ["read", "read_forms", "read_layers", "read_provenance", "read_snapshots", "read_updates"]
