"""What `python -m fbert.directprobe` reads and writes."""
