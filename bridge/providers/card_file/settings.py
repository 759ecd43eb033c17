"""What one `[[providers]]` entry of kind "card-file" needs to know."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CardFileSettings:
    """members: the TOML or CSV file; ledger: the SQLite file, made when missing; accrue_percent of what is paid."""

    name: str
    members: Path
    ledger: Path
    accrue_percent: Decimal = Decimal(0)
