"""What each error means: for the OpenRPC document and the page that is made beside it."""

# By kind; the codes and whether a repeat helps stand with the errors themselves (bridge.domain.errors).
REFUSALS = {
    "card_not_found": "no provider knows this card, phone or name",
    "card_blocked": "the card exists and may not be used for this",
    "provider_unavailable": "the provider cannot be reached; nothing happened there",
    "provider_refused": "the provider said no",
    "limit_exceeded": "more points than `receipt.limits` allows",
    "receipt_unknown": "no receipt with this id",
    "receipt_state": "the receipt is not in a state for this call, or its total is not known yet",
    "device_unavailable": "no such device, or it is away",
    "not_permitted": "this client, or a card that came in this way, may not do that",
    "overloaded": "too many clients or jobs",
    "outcome_unknown": "points may have moved: sell without points, the bridge settles it",
    "amount_invalid": "not an amount, too large, or not the multiple that the provider wants",
    "confirmation_required": "the customer must tell a confirmation code",
    "card_ambiguous": "several cards match",
    "receipt_id_reused": "this id already belongs to a receipt with other content",
    "journal_unavailable": "the till's disk refuses: nothing was kept; repeat a close until it is taken",
}

# Those of JSON-RPC itself, by code.
PROTOCOL_ERRORS = {
    -32700: "the line is no JSON",
    -32600: "JSON, but no request; or a line or batch beyond its limit",
    -32601: "no such method",
    -32602: "the params don't fit the method; the message says which",
    -32603: "a defect of the bridge; its log has the details",
}
