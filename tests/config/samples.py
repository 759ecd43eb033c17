"""Pieces of configuration that several tests begin with."""

from collections.abc import Callable

from bridge.config.model import Config

SECRET = "s3cr3t-of-the-shop"
TILL = '[till]\nstore = "store-01"\nname = "till-1"\n'

Loader = Callable[[str], Config]

CLUB = '[[providers]]\nname = "club"\nkind = "maxma"\nbase_url = "https://x.ru"\nkey = { credential = "maxma-key" }\n'
FILE_KIND = '[[providers]]\nname = "staff"\nkind = "card-file"\n'
