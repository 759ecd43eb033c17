"""Nothing personal is left in a recording, whatever it stood in and however it was cut; its meaning stays the same."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.card import CardFormat, CheckDigit, recognise
from bridge.recording.doubles import Doubles
from bridge.recording.entries import Entry
from bridge.recording.finding import Finder
from bridge.recording.masking import Devices, learn, mask
from devices.codecs.keys import LAYOUTS, KeyDecoder, Typist, encode_packet
from devices.emulation.hidraw import reports_of

CARD, GOODS, SURNAME, NAME, PHONE = "2900000000018", "4600051000057", "Иванова", "Мария", "+79161234567"
FORMATS = (CardFormat("club", "2900", 13, check_digit=CheckDigit.EAN13),)
DEVICES = Devices(
    layouts={"keys": LAYOUTS["us"], "ключи": LAYOUTS["ru"]},
    hid=frozenset({"hid"}),
    encodings={"pole": "cp866", "receipt": "cp1251"},
)
MEMBER = {"client": {"card": int(CARD), "surname": SURNAME, "name": NAME, "phoneNumber": PHONE, "bonuses": 350}}


def masked(*entries: Entry, secrets: tuple[str, ...] = ()) -> list[bytes]:
    finder = Finder(Doubles(b"of this test"), FORMATS, secrets)
    learn(entries, DEVICES, finder)
    return [entry.data for entry in mask(entries, DEVICES, finder)]


def answered(body: object, *, ascii_only: bool = False) -> Entry:
    return Entry(1, "provider/club", "answered", b"1 200 - " + json.dumps(body, ensure_ascii=ascii_only).encode())


def body_of(data: bytes) -> Any:  # noqa: ANN401 - JSON
    return json.loads(data[data.index(b"{") :])


@given(st.lists(st.integers(1, 13), max_size=4))
def test_a_scan_in_any_pieces_and_what_is_told_of_it_have_one_double(cuts: list[int]) -> None:
    wire = f"{GOODS}\r{CARD}\r".encode()
    edges = [0, *sorted({*cuts, 20}), len(wire)]
    pieces = [wire[start:end] for start, end in pairwise(edges)]
    told = Entry(9, "client/1", "told", json.dumps({"data": {"card": CARD, "text": f"Карта {CARD}"}}).encode())
    *scans, message = masked(*(Entry(1, "device/front", "read", piece) for piece in pieces), told)
    assert [len(piece) for piece in scans] == [len(piece) for piece in pieces]
    goods, card, rest = b"".join(scans).decode().split("\r")
    assert rest == ""
    assert (recognise(FORMATS, goods), card == CARD, goods == GOODS) == (None, False, False)
    assert recognise(FORMATS, card) is not None
    assert json.loads(message)["data"] == {"card": card, "text": f"Карта {card}"}


def test_a_name_goes_from_wherever_it_stands_in_whatever_encoding() -> None:
    shown = f"\x0c{NAME}, спасибо".encode("cp866")
    printed = f"\x1bE\x01{SURNAME.upper()} {NAME}\n".encode("cp1251")
    told = json.dumps({"result": {"holder": f"{SURNAME} {NAME}"}}).encode()  # escaped: Мар...
    glass, paper, reply, member = masked(
        Entry(1, "device/pole", "wrote", shown),
        Entry(1, "device/receipt", "wrote", printed),
        Entry(1, "client/1", "told", told),
        answered(MEMBER),
    )
    surname, name = (body_of(member)["client"][key] for key in ("surname", "name"))
    assert glass == f"\x0c{name}, спасибо".encode("cp866")
    assert paper == f"\x1bE\x01{surname.upper()} {name}\n".encode("cp1251")
    assert json.loads(reply) == {"result": {"holder": f"{surname} {name}"}}
    assert reply.isascii()


@pytest.mark.parametrize(
    "written", [PHONE, PHONE[1:], "8" + PHONE[2:], PHONE[2:], "+7 (916) 123-45-67", "8 916 123-45-67"]
)
def test_a_phone_is_the_same_however_it_is_written(written: str) -> None:
    told = Entry(1, "client/1", "told", json.dumps({"text": f"Звоните {written}!"}).encode())
    message, member = masked(told, answered(MEMBER))
    double = body_of(member)["client"]["phoneNumber"]
    digits = "".join(filter(str.isdigit, json.loads(message)["text"]))
    assert double != PHONE
    assert digits[-10:] == double[-10:]
    assert json.loads(message)["text"].translate(
        str.maketrans("", "", "0123456789")
    ) == f"Звоните {written}!".translate(str.maketrans("", "", "0123456789"))


def test_money_points_states_and_times_stay() -> None:
    body = {
        "card_balance": "1234.50",
        "cardStatus": "active",
        "total": 1000.0,
        "at": "2026-11-27T09:42:21.087Z",
        "receipt_id": "2026-000118",
        "rows": ["Баллов: 350"],
    }
    (data,) = masked(answered(body))
    assert body_of(data) == body


def test_long_numbers_go_though_nobody_said_what_they_are() -> None:
    (data,) = masked(answered({"unknown": "id 123456789012", "number": 9876543210123}))
    body = body_of(data)
    assert "123456789012" not in body["unknown"]
    assert body["number"] != 9876543210123
    assert len(str(body["number"])) == 13


def test_secrets_and_passwords_are_starred() -> None:
    asked = Entry(1, "provider/club", "asked", b'1 POST /sign/k3y/in {"login":"kassa","password":"pa","x":"a k3y"}')
    (data,) = masked(asked, secrets=("k3y",))
    assert data == b'1 POST /sign/***/in {"login":"*****","password":"**","x":"a ***"}'


def test_a_secret_goes_from_where_no_text_is_looked_for() -> None:
    """A message that is cut off or wrong has its quotes anywhere, and a scanner may read anything."""
    (sent,) = masked(Entry(1, "client/1", "sent", b'{"method: "the-key", "params'), secrets=("the-key",))
    (scan,) = masked(Entry(1, "device/front", "read", b"the-key\r"), secrets=("the-key",))
    assert b"the-key" not in sent
    assert scan == b"*******\r"


def test_an_end_that_nobody_knows_the_whole_of_stays_as_long() -> None:
    """Found by fuzzing: a letter has two bytes where a digit has one."""
    read = Entry(1, "device/front", "read", "****нова ****0018\r".encode())
    (data,) = masked(read)
    assert len(data) == len(read.data)
    assert data != read.data


def test_spaces_order_and_escapes_of_a_message_stay() -> None:
    body = b'{ "b" :1,"a":"\\u0416\\/", "card" : "2900000000018" }'
    (data,) = masked(Entry(1, "client/1", "told", body))
    assert data.replace(data.split(b'"')[-2], CARD.encode()) == body


def test_what_a_cashier_types_goes_from_calls_that_ask_for_a_card() -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "card.resolve", "params": {"code": "12345", "receipt_id": "7"}}
    search = {"jsonrpc": "2.0", "id": 2, "method": "card.search", "params": {"name": "Кузнецова"}}
    sale = {"id": 3, "params": {"cashier": {"code": "7", "name": "Анна"}, "lines": [{"name": "Хлеб"}]}}
    resolved, searched, sold = (
        json.loads(data)
        for data in masked(*(Entry(1, "client/1", "sent", json.dumps(each).encode()) for each in (call, search, sale)))
    )
    assert resolved["params"]["code"] != "12345"
    assert resolved["params"]["receipt_id"] == "7"
    assert "Кузнецова" not in searched["params"]["name"]
    assert sold["params"]["cashier"]["name"] != "Анна"
    assert sold["params"]["lines"] == [{"name": "Хлеб"}]


@pytest.mark.parametrize(
    ("name", "layout", "text"),
    [("keys", "us", f"{CARD}"), ("keys", "us", "AbC-12345x"), ("ключи", "ru", "Привет12345")],
)
def test_keys_type_the_double(name: str, layout: str, text: str) -> None:
    strokes = Typist(LAYOUTS[layout]).strokes_of(text + "\r")
    packets = [packet for stroke in strokes for packet in stroke.packets()]
    records = b"".join(map(encode_packet, packets))
    told = Entry(2, "client/1", "told", json.dumps({"scan_id": "s", "data": text}, ensure_ascii=False).encode())
    first, second, message = masked(
        Entry(1, f"device/{name}", "read", records[:100]), Entry(1, f"device/{name}", "read", records[100:]), told
    )
    assert (len(first), len(second)) == (100, len(records) - 100)
    (scan,) = KeyDecoder(LAYOUTS[layout]).feed(first + second)
    assert scan.data.decode() == json.loads(message)["data"]
    assert scan.data.decode() != text


def test_reports_carry_the_double_and_keep_their_frame() -> None:
    data = b"0104600051000057215abcDEF\x1d93ABCD" + b"1234567890" * 4
    reports = list(reports_of(data, b"]d2", makers_symbology=ord("w")))
    entries = masked(*(Entry(1, "device/hid", "read", report) for report in reports))
    assert len(reports) == 2
    for was, now in zip(reports, entries, strict=True):
        assert (now[:5], now[5 + was[1] :]) == (was[:5], was[5 + was[1] :])
    double = b"".join(now[5 : 5 + was[1]] for was, now in zip(reports, entries, strict=True))
    assert double != data
    assert double.index(b"\x1d") == data.index(b"\x1d")


def test_what_an_earlier_scan_left_in_a_report_is_not_recorded() -> None:
    """Behind its data a report has whatever the scanner's buffer held; its last three bytes mean something."""
    data = b"4600051000057"
    (report,) = reports_of(data, b"]E0", makers_symbology=ord("d"))
    start, end = 5 + len(data), 61
    stale = report[:start] + b"]d22900000000018".ljust(end - start, b"x") + report[end:]
    (now,) = masked(Entry(1, "device/hid", "read", stale))
    assert now[start:] == bytes(end - start) + report[end:]
    assert len(now) == len(report)


json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=12) | st.from_regex(r"[0-9 +()*-]{0,20}", fullmatch=True),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["card", "phone", "name", "holder", "birthDate", "data", "scan_id", "x"]), inner
        )
    ),
    max_leaves=8,
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["front", "keys", "ключи", "hid", "pole", "receipt"]),
            st.sampled_from(["read", "wrote", "lost"]),
            st.binary(max_size=80) | st.text(max_size=20).map(str.encode),
        ),
        max_size=6,
    ),
    st.lists(json_values, max_size=4),
    st.lists(st.binary(max_size=40), max_size=3),
)
def test_whatever_passed_is_masked_and_stays_as_long(
    devices: list[tuple[str, str, bytes]], bodies: list[object], rubbish: list[bytes]
) -> None:
    entries = [
        *(Entry(1, f"device/{name}", what, data) for name, what, data in devices),
        *(Entry(2, "client/1", "sent", json.dumps(body).encode()) for body in bodies),
        *(answered(body) for body in bodies),
        *(Entry(3, "client/1", "told", data) for data in rubbish),
        *(Entry(3, "provider/club", "asked", data) for data in rubbish),
    ]
    data = masked(*entries)
    assert len(data) == len(entries)
    lengths = [(len(entry.data), len(now)) for entry, now in zip(entries, data, strict=True) if entry.kind == "device"]
    assert [pair for pair in lengths if pair[0] != pair[1]] == []


@pytest.mark.parametrize("name", ["Әлия", "Їжакевич", "Müller", "გიორგი", "Արամ", "李小龍"])
def test_names_of_other_alphabets_go_too(name: str) -> None:
    told = Entry(1, "client/1", "told", json.dumps({"text": f"Hello {name}!"}, ensure_ascii=False).encode())
    message, member = masked(told, answered({"client": {"surname": name, "phone": PHONE}}))
    double = body_of(member)["client"]["surname"]
    assert double != name
    assert json.loads(message)["text"] == f"Hello {double}!"


@given(
    st.text("АБВГДабвгдежз", min_size=4, max_size=10),
    st.text("0123456789", min_size=9, max_size=19),
    st.sampled_from(["pole", "receipt"]),
)
def test_nothing_that_was_learnt_is_left(name: str, number: str, device: str) -> None:
    member = answered({"person": {"surname": name, "cardNumber": number}})
    shown = Entry(
        1, f"device/{device}", "wrote", f"\x1b@{name} {number}\n".encode("cp1251" if device == "receipt" else "cp866")
    )
    data = masked(member, shown)
    assert number.encode() not in b"".join(data)
    for encoding in ("utf-8", "cp866", "cp1251"):
        assert name.encode(encoding) not in b"".join(data)
