"""The health of a study's data: what to know before numbers made of it are believed."""
