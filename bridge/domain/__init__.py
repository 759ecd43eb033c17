"""The rules of the loyalty desk as values and pure functions: standard library only, no clock, no I/O."""
