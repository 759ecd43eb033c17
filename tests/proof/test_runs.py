"""What a proof finds is told, always."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.proof.runs import Watched, run_many


class CutShort(Watched):
    """Its first run becomes too long for hypothesis, which ends it in its middle."""

    runs = 0
    is_cut_short = False

    @rule(data=st.data())
    def too_much(self, data: st.DataObject) -> None:
        CutShort.runs += 1
        if CutShort.runs == 1:
            self.is_cut_short = True
            data.draw(st.binary(min_size=100_000))

    def end(self) -> None:
        assert not self.is_cut_short, "points are lost"


def test_a_fault_in_a_run_that_is_cut_short_is_told() -> None:
    with pytest.raises(AssertionError, match="points are lost"):
        run_many(CutShort, examples=1, steps=1)
