"""Loyalty systems that a profile describes."""
