"""What jobs leave: records that know which encoder, state, task and layer they are about.

Each kind is a class with `write` and `read`; scripts assemble nothing, and tests build the same objects.
Whoever joins records of two kinds does it by `joined`, by key.
"""
