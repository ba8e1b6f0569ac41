"""The tables and what each shows.

Only the standard library is imported here, since the workflow reads this while it plans.
"""

from __future__ import annotations

from collections.abc import Mapping

TABLES: Mapping[str, str] = {
    "table1": "Encoders",
    "table2": "Accuracy and train/test similarity, before and after, last layer of the main encoder",
    "table3": "Clusters, linearity and accuracy, last layer of the main encoder",
    "table4": "TREC-50: number of clusters",
    "table5": "Minimum distances of labels and accuracy across tasks, last layer of the main encoder",
    "table6": "Tasks: labels and examples; sentences and words of their corpora",
    "table7": "Accuracy, clusters and similarity of training and test set, for every encoder and task",
}
