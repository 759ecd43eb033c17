"""The ESC/POS commands that we send, by their names in Epson's "ESC/POS Command Reference".

Only those that Epson, Star (in ESC/POS emulation), Rongta, Xprinter and Bixolon manuals all describe.
"""

LF = b"\n"

INITIALIZE = b"\x1b@"  # ESC @
CANCEL_KANJI = b"\x1c."  # FS .: after every ESC @, which brings clones back to double-byte Chinese
SELECT_CODE_PAGE = b"\x1bt"  # ESC t n

JUSTIFY = b"\x1ba"  # ESC a n: 0 left, 1 centre, 2 right; obeyed at the beginning of a line
BOLD_ON = b"\x1bE\x01"  # ESC E n
BOLD_OFF = b"\x1bE\x00"
SIZE_DOUBLE = b"\x1d!\x11"  # GS ! n: width - 1 in the high half, height - 1 in the low
SIZE_NORMAL = b"\x1d!\x00"

FEED_LINES = b"\x1bd"  # ESC d n
FEED_AND_CUT_FULL = b"\x1dVA"  # GS V 65 n: feeds to the cutter and n motion units more
FEED_AND_CUT_PARTIAL = b"\x1dVB"  # GS V 66 n

BARCODE_HEIGHT = b"\x1dh"  # GS h n, in dots
BARCODE_MODULE = b"\x1dw"  # GS w n, in dots: 2..6
BARCODE_TEXT_BELOW = b"\x1dH\x02"  # GS H n
BARCODE_EAN13 = b"\x1dkC"  # GS k 67 n d1..dn
BARCODE_CODE128 = b"\x1dkI"  # GS k 73 n d1..dn

DRAWER_PULSE = b"\x1bp"  # ESC p m t1 t2: m 0 is pin 2, 1 is pin 5; on for t1 and off for t2, each in 2 ms


def qr_function(code: int, parameters: bytes) -> bytes:
    """GS ( k pL pH cn fn [parameters], cn = 49 (QR Code)."""
    body = bytes((49, code)) + parameters
    return b"\x1d(k" + len(body).to_bytes(2, "little") + body
