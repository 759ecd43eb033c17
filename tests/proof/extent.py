"""How much is proven: a few in `make test`, all of it in `make prove`."""

import os

IS_WHOLE = os.environ.get("POS_BRIDGE_PROVE") == "whole"
