"""The paper's figures, each drawn from its tidy CSV alone."""
