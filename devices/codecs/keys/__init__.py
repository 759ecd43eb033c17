"""Keyboard scanners: records of /dev/input/event* <-> text, by the layout that the scanner was programmed for."""

from devices.codecs.keys.decoder import KeyDecoder, KeyScan
from devices.codecs.keys.layouts import LAYOUTS, Layout
from devices.codecs.keys.records import RECORD
from devices.codecs.keys.strokes import Stroke, Typist, Untypable, encode_packet

__all__ = ["LAYOUTS", "RECORD", "KeyDecoder", "KeyScan", "Layout", "Stroke", "Typist", "Untypable", "encode_packet"]
