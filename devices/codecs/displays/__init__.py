"""The command sets of line displays: one module each, pictures in and bytes out."""
