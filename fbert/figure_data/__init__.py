"""The tidy tables behind the figures: one row for each thing that is drawn."""
