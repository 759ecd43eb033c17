"""The command sets of line displays: one module each, a Screen in and bytes out."""
