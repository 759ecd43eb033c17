"""The sentences of docs/pos-protocol.md that no code can say."""

from bridge.events import RING_EVENTS
from bridge.pos.connection import LINE_WITHIN_S, MAX_IN_FLIGHT, MAX_UNSENT_BYTES
from bridge.pos.feed import MAX_POLLED
from bridge.pos.framing import MAX_FRAME_BYTES
from bridge.pos.jsonrpc import MAX_BATCH
from bridge.pos.messages import PROTOCOL
from bridge.pos.server import MAX_CLIENTS

_MIB = 1 << 20
_MAJOR = PROTOCOL.split(".", maxsplit=1)[0]

HEAD = f"""# The socket protocol

Version {PROTOCOL}. How a cash program talks to pos-bridge: JSON-RPC 2.0 over a Unix stream socket, by default
`/run/pos-bridge/pos.sock`. `bridge/pos/client.py` is a client in one file of Python without dependencies; in
any other language it is an evening's work: connect, write a line, read a line.

This page is generated from the code (`make docs`). `rpc.discover` returns the same as an OpenRPC document.

## A sale

| when | call |
| --- | --- |
| the first article is rung up | `receipt.open` |
| a card is scanned | nothing: it attaches by itself, a `card` event tells of it; a typed one needs `card.resolve` |
| the cashier asks for the total | `receipt.limits`: discount, and how many points may be spent |
| the limits say `confirmation` | `receipt.request_code`: the customer is sent a code and tells it |
| the customer spends points | `receipt.redeem`, with that `code` where there is one |
| just before the fiscal paper | `receipt.prepare`: what to take off which line, and what to print |
| the fiscal paper is out | `receipt.close`: kept and repeated until it is answered |
| the sale is given up | `receipt.cancel` |

A cash program that does no more than `receipt.open`, `receipt.limits`, `receipt.close` already gives discounts
and points.
"""

LINES = f"""## Lines

- One JSON object, or one batch (an array of at most {MAX_BATCH}), per line: UTF-8, ended by `\\n`; a `\\r`
  before it and empty lines are ignored. Params by name: an array is refused (-32602), and so is a member that
  the method does not know. `params` may be absent.
- A request without `id` is a notification: it is carried out and never answered, not even with an error.
- The `id` comes back as it was written, be it a string, a number or null. An invalid request is answered with
  its id where that can be read, else with null.
- Requests of one connection are begun in their order and answered as they are ready: a slow `card.resolve` does
  not hold back what is asked behind it. Match replies by `id`. A batch is answered by one array.
- A line that is not UTF-8, not JSON, nested too deep or that holds an unpaired surrogate escape is a parse
  error.
- Who may connect is a matter of groups (`[socket] group` of the configuration): a program whose user is in none of
  them cannot open the socket, or is told 1009 with id null and closed. The methods for administrators need
  `[socket] admin_groups`.
- A restart of the bridge refuses no connection where systemd holds the socket: open ones are told by end of file,
  new ones wait for the next daemon. Connect again, and give `events.subscribe` the old `stream` and `after`.
- Shutting down only the sending side is fine: what was asked is answered, then the socket is closed. When a
  client goes away altogether, its lookups are given up; everything else that it asked for is carried out.

A batch with a notification in it, and its answer:

```json
{{batch}}
```

| limit | beyond it |
| --- | --- |
| a line of {MAX_FRAME_BYTES // _MIB} MiB without its newline | -32600 with id null, then the connection is closed |
| a line that has begun and does not end within {LINE_WITHIN_S:.0f} s | the same |
| a batch of {MAX_BATCH} | one -32600 with id null |
| {MAX_CLIENTS} clients | the next one is told 1010 with id null at once and closed |
| {MAX_IN_FLIGHT} unanswered requests of one client | no more are read until one is answered |
| {MAX_UNSENT_BYTES // _MIB} MiB unread by one client | it is dropped |
| {RING_EVENTS} events behind | a subscriber that does not read is dropped |

## Values

- `money` (in the till's currency), `points` and `percent` are decimal strings with two digits: `"1234.50"`. Requests
  may also hold numbers with at most two decimals (`7`, `1.5`). An exponent, a sign, three decimals, more than 10^9 or
  text that is no number: 1012. Anything that is neither string nor number: -32602. A `quantity` is the same with
  three decimals.
- A `time` is RFC 3339, UTC, with milliseconds: `"2026-11-22T09:30:00.125Z"`. A length of time is a number whose unit
  stands in its name: `wait_ms`, `age_s`.
- null means "not known", never zero. Where a param's type says "or null", null is the same as absent.
"""

RULES = """## Rules

**Repeats.** A `receipt_id` is unique per till for ever. The same call with the same content returns the same
outcome and changes nothing, so repeating is always safe. The same id with other content is 1015; calls on a
receipt that is closed or cancelled are 1007.

**Three outcomes.** What moves points is done, refused or *unknown*: the request went out and no valid answer
came back. After 1011 sell without points: none that were noted before are spent either. The bridge finds out what
happened and sets it right; nobody has to call again.

**Closing.** `receipt.close` records what was fiscalised and never fails because of the provider: what cannot be
told now is `queued` and told later, and a `receipt` event says when it became final. It opens a receipt that
the bridge has never heard of (it was down when the sale began). Without a card it is `done` and nothing is
sent. `done`, `refused` and `manual` are final; `manual` means that a task for staff says what to correct by
hand. Only a person's `queue.retry` makes a `refused` one `queued` again.

**Waiting.** `wait_ms` is how long the cashier may wait. When it runs out, `card.resolve` answers 1003,
`receipt.redeem` and `receipt.prepare` 1011, `receipt.close` and `receipt.cancel` `queued`; `receipt.limits`
answers what is known so far.

**Codes.** Where `points.confirmation` is true, `receipt.redeem` without a `code`, or with a wrong one, is 1013.
A code is good for one receipt and one card, for as long as its provider says, a quarter of an hour at most; after
three wrong ones another must be sent. Once a redemption stands, it may be repeated and made smaller without one.
`receipt.close` records what was fiscalised and asks for none.

**Cards.** A scanned card attaches to the receipt last opened or selected; with none open it waits 60 s for the
next `receipt.open`. A second card replaces the first, whose redemption is cancelled. A card that no provider
knows (1001) never attaches. One that could not be asked about (1003) does, its state `unknown`, unless the
provider's policy says otherwise (`offline_unknown`): no points can be spent, and those of the sale accrue later.

**Refunds.** `base` names the sale; one of another till can be named too. Over all refunds of one sale, no more
is given back than was redeemed and no more taken back than was accrued. Without a known base the outcome is
`manual`.

**After a crash** of the cash program: `receipt.list` and `receipt.get` tell what the bridge knows; open
receipts, their cards and redemptions survive a restart of either side.
"""

EMULATED = """## Methods of an emulated till

Only where `bridge.hello` says `"emulated": true` (`pos-bridge run --emulate`, [emulation.md](emulation.md)), and never
over HTTP: on a real till these names are unknown. They are what a person's hands would do to the devices, and what
eyes would see.

"""

EVENTS = f"""## Events

After `events.subscribe`, events of the wanted topics come as notifications between the replies:

    {{event}}

{{topics}}

What goes through at once is never in the queue's events.

- A card scanned again within two seconds, or while it is looked up, is an echo: its `scan` event has the
  `scan_id` of the first, and there is one `card` event. After a failure, or for another receipt, it is looked up
  anew.
- `seq` counts from 1 within a `stream`; each start of the daemon is a new stream. The bridge keeps the last
  {RING_EVENTS:,} events.
- Without `after` a subscription starts now. With it, what came later is replayed right behind the reply.
- `gap` true: some events are lost, or `stream` is another one. Then everything still kept is replayed. An
  `after` that this stream has not reached can only be an earlier stream's and is treated as such.
- `events.poll` returns at most {MAX_POLLED} events; its `seq` is the next `after`. With a `gap` it does not
  wait.
"""

PROMISE = f"""## Compatibility

Within version {_MAJOR} nothing here is renamed, removed or given another meaning. What may come: new methods,
new optional params, new members of results and events, new topics, new error codes, new values of `reason` and
of an event's members. So ignore members that you don't know, and treat an unknown error by its `retryable`. A
client that must know asks `bridge.hello` for `protocol`: a larger minor number has more, never less.

## Revisions

| version | what changed |
| --- | --- |
| 1.0 | the first |
"""
