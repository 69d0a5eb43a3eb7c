"""The one family of errors that Cliff Edge raises on purpose.

Every message is written for the person who reads it: what was given, where, what is allowed and the nearest
valid thing. The command line prints the message without a traceback and ends with `exit_code`.
Faults of the program itself are not of this family and keep their traceback.
"""


class SimError(Exception):
    """A mistake that whoever runs the model can put right.

    Parameters
    ----------
    message : str
        Complete, in plain words, ready to be printed.
    exit_code : int, optional
        What the command ends with; by default that of the class, 2 (bad input).

    Examples
    --------
    >>> SimError("support.move_on = -3 days; allowed: 0 days or more").exit_code
    2
    """

    exit_code: int = 2

    def __init__(self, message: str, *, exit_code: int | None = None) -> None:
        super().__init__(message)
        if exit_code is not None:
            self.exit_code = exit_code
