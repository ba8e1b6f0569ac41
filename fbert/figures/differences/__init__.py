"""Figures 5 and 7 to 10: `rows` makes the tidy table, `draw` draws it from that table alone."""
