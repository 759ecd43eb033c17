"""pos-bridge: the till's loyalty desk. Hardware lives in the sibling package `devices`."""

__version__ = "0.1.0"
