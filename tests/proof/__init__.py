"""Whole desks in simulated time, dying and losing answers as chance has it, against a provider with true books."""
