"""Pieces of configuration that several tests begin with."""

from collections.abc import Callable

from bridge.config.model import Config

SECRET = "s3cr3t-of-the-shop"
TILL = '[till]\nstore = "store-01"\nname = "till-1"\n'

Loader = Callable[[str], Config]
