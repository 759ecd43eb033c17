"""Members from a file, points in a ledger: settings and provider are what the composition root takes from here."""

from bridge.providers.card_file.members import CardFileError, load_members
from bridge.providers.card_file.provider import CardFileProvider
from bridge.providers.card_file.settings import CardFileSettings

__all__ = ["CardFileError", "CardFileProvider", "CardFileSettings", "load_members"]
