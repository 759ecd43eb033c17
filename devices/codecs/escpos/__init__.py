"""Printouts as ESC/POS bytes: pure, no device."""

from devices.codecs.escpos.encoder import encode, open_drawer, rest_of
from devices.codecs.escpos.profile import Cut, Profile
from devices.codecs.escpos.symbols import UnprintableElement

__all__ = ["Cut", "Profile", "UnprintableElement", "encode", "open_drawer", "rest_of"]
