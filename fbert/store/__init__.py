"""Vectors on disk: an HDF5 file for each encoder state, task and split.

Reading is here and light; `fbert.store.embed` writes a store.

A store holds one row for every word, and for every sentence if a task is about sentences, that one of its
tasks needs: a pair of words is joined when it is read, and several tasks (the workflow has one in each) share
rows.

    rows                 (r, 2) int64       sentence and word of each row, sorted; word -1 is the sentence
    forms                (r,) text          the word, or the words of the sentence
    layer_00, layer_01   (r, dim) float     vectors, float16 or float32
    tasks/TASK/rows      (n, arity) int64   the rows of each example
    tasks/TASK/labels    (n,) int64         its label, an index into
    tasks/TASK/names     text               the label names

Every dataset carries a checksum, the file what made it, and a mark, written last, that it is complete. Equal
data is equal bytes.
"""

from fbert.store.read import read, read_forms, read_layers, read_provenance

__all__ = ["read", "read_forms", "read_layers", "read_provenance"]
