"""Scenarios: a shop's fault as a script, played on an emulated till and checked (docs/emulation.md, "Scenarios")."""
