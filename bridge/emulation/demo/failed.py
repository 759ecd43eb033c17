"""Why the demo ends badly."""


class DemoFailed(Exception):
    """Something is not as it must be; the text says what."""
