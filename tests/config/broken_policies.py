"""Policies that cannot be, each with the line that its installer reads after the name of the file."""

from tests.config.samples import CLUB, FILE_KIND, TILL

POLICIES = {
    "points offline": (
        TILL + CLUB + '[providers.policy]\nredeem = "queue"',
        'providers[0].policy.redeem: "queue" is not allowed: use manual, none, online',
    ),
    "policy": (
        TILL + CLUB + '[providers.policy]\naccrue = "later"',
        'providers[0].policy.accrue: "later" is not allowed: use manual, none, online, online_else_queue, queue',
    ),
    "partial refund": (
        TILL + CLUB + "[providers.policy]\npartial_refund = false",
        "providers[0].policy.partial_refund: expected amount, lines, manual, got false",
    ),
    "entry": (
        TILL + CLUB + '[providers.policy]\nredeem_entries = ["phone"]',
        'providers[0].policy.redeem_entries[0]: "phone" is not allowed: use picked, scan, typed',
    ),
    "accrual apart from redemption": (
        TILL + CLUB + '[providers.policy]\naccrue = "queue"',
        (
            "providers[0].policy.accrue: queue does not go with redeem = online: one operation spends points and "
            "earns them here: use online, online_else_queue"
        ),
    ),
    "redeemed points kept": (
        TILL + CLUB + "[providers.policy]\nrestore_redeemed_on_refund = false",
        "providers[0].policy.restore_redeemed_on_refund: a refund here always gives spent points back: use true",
    ),
    "card file by lines": (
        TILL + FILE_KIND + 'path = "members.csv"\n[providers.policy]\npartial_refund = "lines"',
        ("providers[0].policy.partial_refund: a part of a sale cannot be returned here by lines: use amount, manual"),
    ),
    "template twice": (
        TILL + CLUB + '[[providers.templates]]\nname = "A"\nmax_redeem_percent = 5\n' * 2,
        'providers[0].templates[0].name: "A" is there more than once',
    ),
    "template's percent": (
        TILL + CLUB + '[[providers.templates]]\nname = "A"\nmax_redeem_percent = 101\n',
        "providers[0].templates[0].max_redeem_percent: 101 is not allowed: use a number from 0 to 100",
    ),
}
