"""MAXMA: settings and provider are what the composition root takes from here."""

from bridge.providers.maxma.provider import MaxmaProvider
from bridge.providers.maxma.settings import MaxmaSettings

__all__ = ["MaxmaProvider", "MaxmaSettings"]
