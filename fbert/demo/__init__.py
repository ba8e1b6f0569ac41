"""The encoder of the quickstart, so small that its space is crowded, and the program that trained it."""
