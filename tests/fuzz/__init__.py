"""Bytes that nobody has thought of, let loose on all that comes from outside (docs/proof.md)."""
