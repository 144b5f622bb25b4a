"""What a runner says instead of a traceback."""


class ServiceProblem(Exception):
    """A service can't do what was asked. The text is a sentence with its remedy, for the terminal."""
