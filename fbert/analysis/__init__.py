"""What is computed from probes and DirectProbe results: similarities, changes, findings."""
