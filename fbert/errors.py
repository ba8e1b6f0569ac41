"""The errors a user can mend, each naming the file, line or key that is at fault."""


class InputError(ValueError):
    """What was given cannot be used: the message names it and the likely mistake."""


class CorruptFileError(InputError):
    """A file is not what its name promises: truncated, foreign, or of another study."""
