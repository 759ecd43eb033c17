"""The UTC standard command set for line displays of two rows of 20: of what we send, the same as Logic Controls'.

UTC PD1200 programming guide (p. 8); UTC 3190 manual (p. 8); Posiflex PD-2609 manual (p. 12). A position is DLE, 10h:
the CD5220 manual misprints it as 0Fh. Some clear with RS and some only with a reset, so an empty screen is spaces here
too. ESC d and ESC RS change the command set and are never sent.
"""

from devices.codecs.displays import logic_controls
from devices.codecs.displays.layout import DisplaySettings, require_size
from devices.documents import Screen


def init(settings: DisplaySettings) -> bytes:
    """Bytes after each opening: known modes, the code page, an empty screen. NoSuchSize: not of 2 x 20."""
    require_size("utc", settings, (2, 20))
    return logic_controls.init(settings)


def encode(screen: Screen, settings: DisplaySettings) -> bytes:
    """Bytes that make `screen` the whole picture."""
    return logic_controls.encode(screen, settings)


def clear() -> bytes:
    return logic_controls.clear()
