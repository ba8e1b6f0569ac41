"""Which points of a label make one cluster: linkage by centroids, refused where hulls would meet."""
