"""English."""

from bridge.domain.member import CardState
from bridge.wording.base import Ages, Wording

WORDING = Wording(
    errors={
        "card_not_found": "The card is not known. Check the number.",
        "card_blocked": "The card is blocked: points cannot be redeemed.",
        "provider_unavailable": "The loyalty service does not answer. Sell without redeeming points.",
        "provider_refused": "The loyalty service refused the operation.",
        "limit_exceeded": "That many points cannot be redeemed. Ask for the limit again.",
        "receipt_unknown": "No such receipt is open.",
        "receipt_state": "This cannot be done with the receipt now.",
        "device_unavailable": "The device is not connected.",
        "not_permitted": "This is not permitted.",
        "overloaded": "Too many requests. Try again in a minute.",
        "outcome_unknown": "No answer came: sell without redeeming, the system will settle it.",
        "amount_invalid": "The amount is not valid.",
        "confirmation_required": "The customer's confirmation code is needed.",
        "card_ambiguous": "Several cards were found. Give the number.",
        "receipt_id_reused": "A receipt with this number was already made.",
        "internal": "Internal error. Sell without the card and tell support.",
    },
    reasons={
        "no_card": "No card was presented.",
        "lookup_running": "The card is being looked up, ask again.",
        "offline": "The loyalty service does not answer: points cannot be redeemed.",
        "entry": "Scan the card to redeem points.",
        "confirmation": "Redeeming needs the customer's code.",
        "provider_limit": "Limited by the loyalty programme.",
        "shop_limit": "Limited by the shop.",
        "card_state": "The card is not active.",
    },
    outcomes={
        "done": "The receipt is booked at the loyalty service.",
        "queued": "The receipt will be sent when the loyalty service answers.",
        "manual": "This must be booked by hand: a task was made.",
        "unknown": "No answer came, the system is finding out.",
        "refused": "The loyalty service refused: a task was made.",
    },
    tasks={
        "refused": (
            "{subject}: done at the till, but the programme refused it ({reason}). Book it by hand: {points}. "
            "Or mend the reason and retry."
        ),
        "manual": "{subject}: the bridge cannot book this ({reason}). Book it by hand: {points}.",
        "unknown": (
            "{subject}: no answer ever came ({reason}). Look whether the programme has it; if not, book it by hand: "
            "{points}."
        ),
        "abandoned": "{subject}: open for more than a day, {points}. Close it if the goods were sold, else cancel it.",
        "stuck_hold": "{subject}: points may still be reserved ({reason}). Release them: {points}.",
        "waiting_queued": "{subject}: goes out when the programme takes it ({reason}). Waiting: {points}.",
        "waiting_unknown": "{subject}: the answer was lost and is being asked for ({reason}). In doubt: {points}.",
    },
    errand={
        "receipt": "Receipt",
        "total": "total",
        "base": "return of receipt",
        "card": "card",
        "spend": "redeem",
        "earn": "accrue",
        "back": "give back",
        "away": "take back accrued",
        "nothing_known": "the programme knows how many points",
    },
    states={
        CardState.ACTIVE: "active",
        CardState.BLOCKED: "blocked",
        CardState.EXPIRED: "expired",
        CardState.UNKNOWN: "not checked",
    },
    searching=("Looking up card...", ""),
    not_found=("Card not found", ""),
    provider_away=("Card accepted", "Points come later"),
    blocked=("Card not active", "Ask the cashier"),
    welcome="Hello!",
    thanks=("Thank you!", ""),
    points="Points:",
    discount="Discount",
    card="Card",
    balance="Points balance",
    accrued="Points earned",
    redeemed="Points spent",
    restored="Points returned",
    reversed="Points taken back",
    later="Points will be updated later",
    repeat="REPEAT",
    date_format="%Y-%m-%d",
    remembered="from this till's memory, the loyalty service does not answer",
    ages=Ages("just now", "{} min ago", "{} h ago", "{} d ago"),
)
