"""Figure 3: `rows` makes the tidy table, `draw` draws it from that table alone."""
