"""The page itself: what goes into it, its template, style and script."""
