"""Measures by layer: `rows` makes the tidy table, `draw` draws it from that table alone."""
