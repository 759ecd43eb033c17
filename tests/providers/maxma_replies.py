"""Replies of MAXMA: an honest one of each method, how each is read, and what any bytes in their place may do."""

from bridge.domain.money import money
from bridge.domain.moves import MoveResult, Return
from bridge.domain.quote import Quote
from bridge.emulation.maxma.ledger import EmulatedClient, Ledger, RepeatedSet
from bridge.emulation.maxma.methods import Methods
from bridge.emulation.maxma.rules import Rules
from bridge.providers.http import WireError
from bridge.providers.maxma import replies, requests, shapes
from bridge.providers.maxma.settings import MaxmaSettings
from tests.providers.contract import AT, CARD, PHONE, purchase

SETTINGS = MaxmaSettings("club", "https://api-test.maxma.com", "key", "store-01", "Магазин на Ленина")


def _honest() -> dict[str, bytes]:
    """A reply of every method, from the emulator's books."""
    methods = Methods(Ledger([EmulatedClient(CARD.value, PHONE.value, bonuses=500)], RepeatedSet.TICKET), Rules())
    refund = Return(CARD, "hold", money(400), AT)
    asked = {
        "/get-balance": requests.client_keys(CARD),
        "/v2/calculate-purchase": requests.calculate_purchase(purchase(), SETTINGS),
        "/set-purchase": requests.set_purchase("hold", purchase(), SETTINGS),
        "/confirm-ticket": {"txid": "hold", "ticket": "T00000001"},
        "/calculate-return": requests.calculate_return(refund),
        "/apply-return": requests.apply_return("refund", refund, SETTINGS),
        "/get-purchase-history": requests.history(CARD, 100, 0),
        "/get-bonus-history": requests.history(CARD, 100, 0),
        "/get-settings": requests.get_settings(SETTINGS),
    }
    answers = {path: methods.answer(path, requests.encode(body)) for path, body in asked.items()}
    return {path: answer for path, answer in answers.items() if answer}


HONEST = _honest()

READERS = {
    "/get-balance": shapes.reader(shapes.BalanceReply, lambda reply: replies.to_member(reply, CARD)),
    "/v2/calculate-purchase": shapes.reader(shapes.CalculateReply, lambda reply: replies.to_quote(reply, purchase())),
    "/set-purchase": shapes.reader(shapes.SetReply, lambda reply: replies.to_hold(reply, "hold")),
    "/confirm-ticket": shapes.reader(shapes.Empty, lambda _: MoveResult()),
    "/calculate-return": shapes.reader(shapes.CalculateReturnReply, replies.to_return_quote),
    "/apply-return": shapes.reader(shapes.ReturnReply, replies.to_refund),
    "/get-purchase-history": shapes.reader(shapes.HistoryReply, lambda reply: reply),
    "/get-bonus-history": shapes.reader(shapes.BonusHistoryReply, lambda reply: reply),
    "/get-settings": shapes.reader(shapes.SettingsReply, replies.wants_confirmation),
}


def assert_harmless(path: str, body: bytes) -> None:
    """A value or WireError; a quote's figures can be reckoned with."""
    try:
        value = READERS[path](body)
    except WireError:
        return
    if isinstance(value, Quote):
        assert 0 <= value.discount <= 10**9
        assert value.max_redeem is not None
