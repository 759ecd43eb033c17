from hypothesis import given
from hypothesis import strategies as st

from devices.forwarding.scan_queue import ScanQueue


def drained(queue: ScanQueue) -> list[bytes]:
    scans = []
    while head := queue.head:
        scans.append(head)
        queue.sent(len(head))
    return scans


def test_scans_leave_in_the_order_in_which_they_came() -> None:
    queue = ScanQueue(100)
    for data in (b"one\r", b"two\r"):
        assert queue.put(data, 0.0) == 0
    assert drained(queue) == [b"one\r", b"two\r"]
    assert len(queue) == 0


def test_what_was_sent_of_a_scan_is_not_sent_again() -> None:
    queue = ScanQueue(100)
    queue.put(b"12345", 0.0)
    assert not queue.sent(2)
    assert queue.head == b"345"
    assert queue.sent(3)


def test_above_the_cap_the_oldest_scans_go_first_and_whole() -> None:
    queue = ScanQueue(9)
    assert [queue.put(data, 0.0) for data in (b"aaaa", b"bbbb", b"cccc")] == [0, 0, 1]
    assert drained(queue) == [b"bbbb", b"cccc"]


def test_a_scan_that_is_half_out_stays_or_its_half_would_be_a_code() -> None:
    queue = ScanQueue(9)
    queue.put(b"aaaa", 0.0)
    queue.sent(1)
    queue.put(b"bbbb", 0.0)
    assert queue.put(b"cccc", 0.0) == 1
    assert drained(queue) == [b"aaa", b"cccc"]


def test_a_scan_longer_than_the_cap_is_kept_alone() -> None:
    queue = ScanQueue(2)
    queue.put(b"1", 0.0)
    assert queue.put(b"12345", 0.0) == 1
    assert drained(queue) == [b"12345"]


def test_old_scans_are_dropped() -> None:
    queue = ScanQueue(100)
    queue.put(b"old", 1.0)
    queue.put(b"new", 2.0)
    assert queue.drop_older_than(2.0) == 1
    assert drained(queue) == [b"new"]


def test_the_rest_of_a_scan_is_dropped_when_its_reader_is_gone() -> None:
    queue = ScanQueue(100)
    queue.put(b"12345", 0.0)
    queue.put(b"next", 0.0)
    assert queue.drop_begun() == 0
    queue.sent(1)
    assert queue.drop_begun() == 1
    assert drained(queue) == [b"next"]


def test_late_framing_shares_the_fate_of_its_scan() -> None:
    queue = ScanQueue(100)
    queue.append(b"\r", 0.0)  # of none, or of one from before our time
    assert queue.head == b"\r"
    assert not queue.sent(1)
    queue.append(b"", 0.0)
    assert not queue
    queue.put(b"1\r", 0.0)
    queue.append(b"\n", 0.0)
    assert queue.head == b"1\r\n"
    queue.drop_older_than(9.0)
    queue.append(b"\n", 9.0)
    assert queue.head == b""
    queue.put(b"2\r", 9.0)
    assert queue.sent(2)
    queue.append(b"\n", 9.0)
    assert queue.head == b"\n"
    assert not queue.sent(1), "no scan of its own"


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=9), st.integers(min_value=0, max_value=9))))
def test_what_is_dropped_and_what_goes_out_are_all_scans_and_each_is_whole(steps: list[tuple[bytes, int]]) -> None:
    """Between two puts as many bytes go out as the second number says."""
    queue = ScanQueue(20)
    out, begun = bytearray(), 0
    dropped = 0
    for data, count in steps:
        dropped += queue.put(b"<" + data.hex().encode() + b">", 0.0)
        sent = queue.head[:count]
        begun += sent.startswith(b"<")
        out += sent
        queue.sent(len(sent))
    rest = b"".join(drained(queue))
    whole = (bytes(out) + rest).removeprefix(b"<").removesuffix(b">").split(b"><") if steps else []
    assert len(whole) + dropped == len(steps)
    expected = iter(data.hex().encode() for data, _ in steps)
    assert all(any(scan == other for other in expected) for scan in whole), "out of order, or in parts"
