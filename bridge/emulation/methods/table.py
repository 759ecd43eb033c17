"""The methods, one literal row each, as bridge.pos.methods has those of every till."""

from collections.abc import Mapping

from bridge.domain.errors import DeviceUnavailable
from bridge.emulation.methods import messages as m
from bridge.pos.examples import Example
from bridge.pos.messages import Empty
from bridge.pos.methods import Method

_ITEM = {"text": "Начислено баллов: 50.00", "symbol": None, "bold": False, "double": False, "align": "left"}
_MEMBER = {
    "card": "2900000000018",
    "phone": "+79160000001",
    "name": "Мария Иванова",
    "points": "350.00",
    "blocked": False,
}

EMULATION_METHODS: Mapping[str, Method] = {
    "emulation.scan": Method(
        m.ScanParams,
        Empty,
        "Scans a code: the scanner sends the bytes or keys that a real one would. Answered when all are sent.",
        Example({"data": "2900000000018", "device": "front"}),
        errors=(DeviceUnavailable,),
        local=True,
    ),
    "emulation.unplug": Method(
        m.UnplugParams, Empty, "Pulls a device's cable.", Example({"device": "front"}), local=True
    ),
    "emulation.plug": Method(
        m.PlugParams,
        Empty,
        "Puts a device's cable in again.",
        Example({"device": "front", "renumbered": True}),
        local=True,
    ),
    "emulation.fault": Method(
        m.FaultParams,
        Empty,
        "Lets something go wrong with a device, or be well again.",
        Example({"device": "receipt", "fault": "paper_out"}),
        errors=(DeviceUnavailable,),
        local=True,
    ),
    "emulation.screen": Method(
        m.ScreenParams,
        m.Glass,
        "What stands on a display's glass.",
        Example(
            {},
            {
                "device": "pole",
                "rows": ["Здравствуйте!       ", "Баллов: 350         "],
                "dark": False,
                "brightness": None,
                "unknown": 0,
            },
        ),
        local=True,
    ),
    "emulation.paper": Method(
        m.PaperParams,
        m.PrintedPaper,
        "What has come out of a printer.",
        Example(
            {},
            {
                "device": "receipt",
                "columns": 42,
                "pages": [{"items": [_ITEM], "cut": "partial"}],
                "drawer_pulses": 0,
                "unknown": 0,
            },
        ),
        local=True,
    ),
    "emulation.provider": Method(
        m.ProviderParams,
        m.ProviderResult,
        "An emulated provider's books and what it was asked; switches its faults.",
        Example(
            {"fault": "lost_reply", "method": "set-purchase"},
            {
                "provider": "club",
                "kind": "maxma",
                "fault": "lost_reply",
                "members": [_MEMBER],
                "asked": [{"path": "/get-balance", "times": 2}],
            },
        ),
        local=True,
    ),
}
