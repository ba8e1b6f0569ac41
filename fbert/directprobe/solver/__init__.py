"""The distance of two hulls with bounds on both sides, and whether a hyperplane parts them."""
