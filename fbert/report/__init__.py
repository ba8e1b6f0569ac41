"""The report: what a study found, its tables and figures, and the movement of labels, on one page."""
