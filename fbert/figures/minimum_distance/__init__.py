"""Figures 2 and 6: `rows` makes the tidy table, `draw` draws it from that table alone."""
