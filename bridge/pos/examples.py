"""One request and reply per method, as the documents show them; tests run each through decoders and schemas."""

from dataclasses import dataclass, field
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class Example:
    """params and result as JSON values."""

    params: dict[str, Json] = field(default_factory=dict)
    result: Json = field(default_factory=dict)


_AT = "2026-11-22T09:30:00.125Z"
_ID = {"receipt_id": "till-1/2026-11-22/118"}
_PROVIDERS = [{"name": "club", "kind": "maxma", "state": "available"}]
_LINES = [
    {
        "id": "1",
        "code": "4607001771234",
        "name": "Сыр Российский",
        "quantity": "0.425",
        "price": "900.00",
        "amount": "382.50",
    },
    {"id": "2", "code": "10077", "name": "Пакет", "quantity": 1, "price": 10, "amount": 10, "no_redeem": True},
]
_DISCOUNT = {"percent": "5.00", "amount": "19.63"}
_REDEMPTION = {"points": "100.00", "amount": "100.00", "state": "reserved"}
_PRINTOUT = [{"text": "Списано баллов: 100.00"}, {"left": "Остаток", "right": "418.00"}]
_OUTCOME = {
    "state": "done",
    "accrued": "13.00",
    "redeemed": "100.00",
    "restored": None,
    "reversed": None,
    "balance_after": "418.00",
    "provider_ref": "store-01/till-1/2026-11-22%2F118/hold/1",
    "printout": _PRINTOUT,
    "job_id": None,
    "task_id": None,
    "reason": None,
}
_CANCELLED = {**_OUTCOME, "accrued": None, "redeemed": None, "balance_after": "505.00", "printout": []}
_RECEIPT = {
    **_ID,
    "operation": "sale",
    "state": "open",
    "card": None,
    "redemption": None,
    "total": None,
    "outcome": None,
    "opened_at": _AT,
    "closed_at": None,
}
_CLOSED = {
    **_RECEIPT,
    "state": "closed",
    "card": "2900000000018",
    "redemption": {**_REDEMPTION, "state": "written_off"},
    "total": "392.50",
    "outcome": _OUTCOME,
    "closed_at": "2026-11-22T09:31:12.480Z",
}
_DEVICE = {
    "name": "front",
    "role": "scanner",
    "endpoint": "serial:///dev/pos/front?baud=9600",
    "state": "online",
    "since": _AT,
    "opened": True,
    "claimed": True,
    "enabled": True,
    "absent_since": None,
    "counters": {"opened": 2, "reconnects": 1, "bytes": 1652, "scans": 118, "partial_scans": 0},
    "last_error": None,
    "paper": None,
}

_SYNC_RUN = {
    "run_id": "20261122-093000-7",
    "direction": "export",
    "provider": None,
    "dry_run": False,
    "state": "done",
    "started_at": _AT,
    "ended_at": _AT,
    "seen": 1200,
    "new": 14,
    "known": 1180,
    "refused": 6,
    "reasons": [{"reason": "no phone", "cards": 6}],
    "reason": None,
}
_SYNC = {"on": True, "every": "2m", "keep": "400d", "cards": 200_000, "next_at": _AT, "runs": [_SYNC_RUN]}
_REFUSALS = [{"seq": 1, "line": 17, "reason": "no phone"}]

HELLO = Example(
    {"client": "Kassa 3.1"},
    {
        "protocol": "1.0",
        "version": "0.1.0",
        "emulated": False,
        "till": "till-1",
        "store": "store-01",
        "providers": _PROVIDERS,
    },
)
STATUS = Example(
    {},
    {
        "version": "0.1.0",
        "emulated": False,
        "devices": [_DEVICE],
        "providers": _PROVIDERS,
        "queue": {"queued": 1, "unknown": 0, "tasks": 0, "oldest_s": 42.125},
        "sync": _SYNC,
        "uptime_s": 3612.5,
    },
)
RESOLVE = Example(
    {"code": "2900000000018", **_ID},
    {
        "card": "2900000000018",
        "kind": "bonus",
        "holder": "Анна",
        "template": "standard",
        "tier": "silver",
        "state": "active",
        "balance": "505.00",
        "pending": "20.00",
        "discount_percent": None,
        "expiring": [{"points": "50.00", "at": "2026-12-01T00:00:00.000Z"}],
        "provider": "club",
        "entry": "typed",
        "source": "online",
        "as_of": _AT,
        "message": {
            "rows": ["Здравствуйте!", "Баллов: 505"],
            "text": "Карта 2900000000018, Анна, silver, standard, баллов: 505",
        },
    },
)
SEARCH = Example(
    {"name": "иванова мар", "limit": 5},
    {
        "cards": [
            {
                "card": "2900000000018",
                "holder": "Иванова Мария",
                "phone": "********4567",
                "kind": "bonus",
                "template": "standard",
                "tier": "silver",
                "state": "active",
                "provider": "club",
                "source": "cached",
                "as_of": _AT,
            }
        ],
        "more": False,
    },
)
OPEN = Example({**_ID, "operation": "sale", "cashier": {"code": "7", "name": "Ольга"}}, _RECEIPT)
DISCOVER = Example({}, {"openrpc": "1.2.6", "info": {"title": "pos-bridge", "version": "1.0"}, "methods": []})
SELECT = Example(dict(_ID))
CLEAR_CARD = Example(dict(_ID))
LIMITS = Example(
    {**_ID, "total": "392.50", "lines": _LINES},
    {
        "discount": _DISCOUNT,
        "points": {
            "balance": "505.00",
            "max_redeem": "372.87",
            "multiple": "0.01",
            "rate": "1.00",
            "confirmation": False,
            "restore": None,
        },
        "accrual_preview": "18.00",
        "source": "cached",
        "as_of": _AT,
        "reasons": [{"code": "shop_limit", "text": "Баллами можно оплатить не весь чек"}],
    },
)
REQUEST_CODE = Example(dict(_ID), {"sent": True, "channel": "sms", "expires_at": "2026-11-22T09:35:00.000Z"})
REDEEM = Example({**_ID, "points": "100.00"}, _REDEMPTION)
CANCEL_REDEEM = Example(dict(_ID), _CANCELLED)
PREPARE = Example(
    {**_ID, "total": 392.5, "lines": _LINES},
    {
        "total": "392.50",
        "discount": _DISCOUNT,
        "redeemed": "100.00",
        "lines": [
            {"id": "1", "discount": "19.63", "points": "100.00"},
            {"id": "2", "discount": "0.00", "points": "0.00"},
        ],
        "accrual_preview": "13.00",
        "printout": _PRINTOUT,
    },
)
CLOSE = Example(
    {
        **_ID,
        "total": "392.50",
        "redeemed": "100.00",
        "payments": [{"type": "card", "amount": "272.87"}],
        "fiscal": {"number": 10442, "at": "2026-11-22T12:31:10+03:00"},
    },
    _OUTCOME,
)
CANCEL = Example(dict(_ID), _CANCELLED)
GET = Example(dict(_ID), _CLOSED)
LIST = Example({"state": "closed", "limit": 1}, {"receipts": [_CLOSED]})
SHOW = Example({"rows": ["ИТОГО", "392.50"], "for_ms": 5000}, {"shown": True})
CLEAR = Example()
PRINT = Example(
    {
        "lines": [
            {"text": "СПАСИБО", "bold": True, "align": "center"},
            {"divider": True},
            {"left": "Остаток", "right": "418.00"},
            {"barcode": "4607001771234"},
            {"cut": True},
        ],
        "request_id": "118/bonus",
    },
    {"job_id": "j-41", "state": "queued", "reason": None},
)
REPRINT = Example({"job_id": "j-41"}, {"job_id": "j-42", "state": "queued", "reason": None})
JOB = Example({"job_id": "j-41"}, {"job_id": "j-41", "state": "printed", "reason": None})
QUEUE_LIST = Example(
    {},
    {
        "tasks": [
            {
                "task_id": "refused:118",
                "kind": "refused",
                "receipt_id": "118",
                "state": "open",
                "age_s": 5400,
                "reason": "Incorrect bonus amount",
                "text": "Чек 118, сумма 392.50, карта 2900000000018: проведён на кассе, но программа лояльности "
                "отказала (Incorrect bonus amount). Сделайте вручную: списать 100, начислить 13. Или устраните "
                "причину и повторите отправку.",
            }
        ]
    },
)
QUEUE_RETRY = Example({"task_id": "refused:118"})
QUEUE_RESOLVE = Example({"task_id": "refused:118", "note": "списано и начислено в кабинете, Петрова"})
SYNC_RUN = Example(
    {
        "direction": "export",
        "rows": [{"line": 17, "card": "2900000000018", "holder": "Иванова Мария", "linked": True}],
        "more": True,
    },
    {"runs": [{**_SYNC_RUN, "state": "running", "ended_at": None}], "accepted": True, "refusals": _REFUSALS},
)
SYNC_STATUS = Example(
    {"run_id": "20261122-093000-7", "wait_ms": 1000},
    {
        **_SYNC,
        "providers": [{"name": "club", "kind": "maxma", "lists": False, "registers": True}],
        "export_from": "/srv/cash/cards.csv",
        "run": _SYNC_RUN,
        "refusals": _REFUSALS,
    },
)
FORGET = Example(
    {"card": "2900000000018"},
    {
        "places": [
            {"place": "directory", "removed": 1, "note": "no exchange brings the card back"},
            {"place": "journal", "removed": 12, "note": "ids and amounts stay, without a name"},
        ],
        "kept": [{"receipt_id": "118", "why": "its provider has not settled it yet"}],
    },
)
_LISTED_JOB = {
    "job_id": "j-40",
    "state": "failed",
    "reason": "it waited too long for the printer: the paper is out",
    "device": "receipt",
    "created_at": _AT,
    "is_repeat": False,
}
JOBS = Example({"state": "failed"}, {"jobs": [_LISTED_JOB]})
RECORDING_START = Example({"for_s": 600})
RECORDING_STOP = Example({}, {"entries": 3, "characters": 100, "is_full": False})
RECORDING_READ = Example(
    {"offset": 0},
    {"text": "pos-bridge-recording 1\ntill {}\n0.013 device/front read 2907418365026\\r\nend 1 2.500\n", "next": None},
)
DRAWER = Example({"device": "receipt"})
DEVICES = Example({}, {"devices": [_DEVICE]})
SUBSCRIBE = Example(
    {"topics": ["scan", "card"], "after": 41, "stream": "9f1c2d3e4b5a6978"},
    {"stream": "9f1c2d3e4b5a6978", "seq": 42, "gap": False},
)
EVENT = {
    "seq": 42,
    "topic": "scan",
    "at": _AT,
    "data": {
        "scan_id": "s-42",
        "device": "front",
        "data": "4607001771234",
        "symbology": "EAN-13",
        "card": None,
    },
}
POLL = Example(
    {"topics": ["scan"], "after": 41, "stream": "9f1c2d3e4b5a6978", "wait_ms": 5000},
    {"stream": "9f1c2d3e4b5a6978", "seq": 42, "gap": False, "events": [EVENT]},
)
# A batch with a notification in it, and its answer.
BATCH = (
    [
        {"jsonrpc": "2.0", "id": 1, "method": "receipt.get", "params": {"receipt_id": "117"}},
        {"jsonrpc": "2.0", "method": "display.clear"},
    ],
    [
        {
            "jsonrpc": "2.0",
            "error": {
                "code": 1006,
                "message": "receipt '117' was never opened here",
                "data": {"kind": "receipt_unknown", "retryable": False, "text": "Такой чек не открыт."},
            },
            "id": 1,
        }
    ],
)
