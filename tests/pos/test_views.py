"""Values as the protocol writes them."""

from decimal import Decimal

import pytest

from bridge.pos.views import rate_text


@pytest.mark.parametrize(("rate", "text"), [("1", "1.00"), ("0.5", "0.50"), ("0.005", "0.005"), ("1E+1", "10.00")])
def test_a_rate_is_never_rounded(rate: str, text: str) -> None:
    """Half a kopeck for a point is not nothing."""
    assert rate_text(Decimal(rate)) == text
