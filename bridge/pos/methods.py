"""The protocol's methods, one literal row each; dispatcher, OpenRPC document and docs page read this table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bridge.domain import errors as e
from bridge.pos import examples
from bridge.pos import messages as m
from bridge.pos.examples import Example
from bridge.pos.peer import Caller

# A handler answers (params, caller) with its row's result, None where that is Empty. One that answers from memory is
# a plain function and costs no task; one that may wait is a coroutine function, or a plain one that returns a
# coroutine when it must. It refuses with a DeskError or with bridge.pos.jsonrpc.InvalidParams.
Handler = Callable[[Any, Caller], object]

ErrorTypes = tuple[type[e.DeskError], ...]


@dataclass(frozen=True, slots=True)
class Method:
    """One method.

    params, result: its shapes; errors: what it refuses with, besides JSON-RPC's own.
    admin: only for those whom the configuration names, and never over HTTP.
    local: never over HTTP, though anybody on the socket may call it.
    cancellable: it only waits or looks up, so nobody is served by its end once its client has gone.
    """

    params: type[m.Params]
    result: Any
    summary: str
    example: Example
    errors: ErrorTypes = ()
    admin: bool = False
    local: bool = False
    cancellable: bool = False


_ID_ERRORS: ErrorTypes = (e.ReceiptUnknown, e.ReceiptState)
_AMOUNT_ERRORS: ErrorTypes = (*_ID_ERRORS, e.AmountInvalid)
_MOVE_ERRORS: ErrorTypes = (
    *_AMOUNT_ERRORS,
    e.CardNotFound,
    e.CardBlocked,
    e.ProviderUnavailable,
    e.ProviderRefused,
    e.LimitExceeded,
    e.NotPermitted,
    e.OutcomeUnknown,
    e.ConfirmationRequired,
)

METHODS: dict[str, Method] = {
    "bridge.hello": Method(
        m.HelloParams, m.Hello, "Who answers here: versions, till, providers. Call it first.", examples.HELLO
    ),
    "bridge.status": Method(m.NoParams, m.Status, "Devices, providers and queues at a glance.", examples.STATUS),
    "rpc.discover": Method(
        m.NoParams,
        dict[str, Any],
        "All this as an OpenRPC document (the example has no methods, for it is long).",
        examples.DISCOVER,
    ),
    "card.resolve": Method(
        m.ResolveParams,
        m.Card,
        "The card behind a code, a phone or a name; attaches it to `receipt_id` where one is given.",
        examples.RESOLVE,
        errors=(
            e.CardNotFound,
            e.CardAmbiguous,
            e.ProviderUnavailable,
            e.ProviderRefused,
            *_ID_ERRORS,
        ),
        cancellable=True,
    ),
    "card.search": Method(
        m.SearchParams,
        m.FoundCards,
        "Cards to pick from, by phone or name, out of the till's directory and what providers find. "
        "Rarely: 1010 says that it is too often.",
        examples.SEARCH,
        errors=(e.ProviderUnavailable, e.ProviderRefused, e.Overloaded),
        cancellable=True,
    ),
    "receipt.open": Method(
        m.OpenParams,
        m.ReceiptResult,
        "A new receipt begins; its discount starts at 0. Scanned cards attach to it.",
        examples.OPEN,
        errors=(e.ReceiptIdReused, e.AmountInvalid),
    ),
    "receipt.select": Method(
        m.ReceiptIdParams,
        m.Empty,
        "Scans attach to this receipt from now on (parked receipts).",
        examples.SELECT,
        errors=_ID_ERRORS,
    ),
    "receipt.clear_card": Method(
        m.ReceiptIdParams,
        m.Empty,
        "Takes the card off the receipt; its redemption is cancelled first.",
        examples.CLEAR_CARD,
        errors=_ID_ERRORS,
    ),
    "receipt.limits": Method(
        m.LimitsParams,
        m.Limits,
        "How much discount the card gives and how many points may be spent, before anybody asks.",
        examples.LIMITS,
        errors=_AMOUNT_ERRORS,
    ),
    "receipt.request_code": Method(
        m.ReceiptIdParams,
        m.CodeRequest,
        "Sends the customer the code that `receipt.redeem` wants, where `receipt.limits` says `confirmation`. "
        "Within 30 s a repeat sends nothing.",
        examples.REQUEST_CODE,
        errors=(
            *_ID_ERRORS,
            e.CardNotFound,
            e.CardBlocked,
            e.LimitExceeded,
            e.NotPermitted,
            e.ProviderUnavailable,
            e.ProviderRefused,
        ),
    ),
    "receipt.redeem": Method(
        m.RedeemParams,
        m.RedemptionResult,
        "The customer spends points. Asks the provider afresh; a new redemption replaces the standing one.",
        examples.REDEEM,
        errors=_MOVE_ERRORS,
    ),
    "receipt.cancel_redeem": Method(
        m.ReceiptIdParams,
        m.OutcomeResult,
        "The customer spends no points after all.",
        examples.CANCEL_REDEEM,
        errors=_ID_ERRORS,
    ),
    "receipt.prepare": Method(
        m.PrepareParams,
        m.Prepared,
        "Just before the fiscal paper: points are held, the discount is spread over the lines. "
        "Optional, `receipt.close` implies it; again with another total it replaces the first.",
        examples.PREPARE,
        errors=_MOVE_ERRORS,
    ),
    "receipt.close": Method(
        m.CloseParams,
        m.OutcomeResult,
        "Records what was fiscalised; never fails because of the provider. Keep it and repeat it until answered.",
        examples.CLOSE,
        errors=(e.ReceiptState, e.ReceiptIdReused, e.AmountInvalid),
    ),
    "receipt.cancel": Method(
        m.CancelParams,
        m.OutcomeResult,
        "The receipt is given up: what stands open at the provider is undone.",
        examples.CANCEL,
        errors=_ID_ERRORS,
    ),
    "receipt.get": Method(
        m.ReceiptIdParams,
        m.ReceiptResult,
        "One receipt, as a cash program finds it again after its own crash.",
        examples.GET,
        errors=(e.ReceiptUnknown,),
    ),
    "receipt.list": Method(m.ListParams, m.ReceiptList, "Receipts, newest first.", examples.LIST),
    "display.show": Method(
        m.ShowParams,
        m.Shown,
        "A screen for the customer display.",
        examples.SHOW,
        errors=(e.DeviceUnavailable,),
    ),
    "display.clear": Method(
        m.ClearParams,
        m.Empty,
        "Empties the customer display.",
        examples.CLEAR,
        errors=(e.DeviceUnavailable,),
    ),
    "printer.print": Method(
        m.PrintParams,
        m.Job,
        "Prints lines on the receipt printer; the job is kept until it is known what became of it.",
        examples.PRINT,
        errors=(e.DeviceUnavailable, e.Overloaded),
    ),
    "printer.job": Method(
        m.JobParams, m.Job, "What became of a print job.", examples.JOB, errors=(e.DeviceUnavailable,)
    ),
    "printer.jobs": Method(
        m.JobsParams,
        m.JobList,
        "Print jobs, newest first: `failed` and `unknown` ones are there for `printer.reprint`.",
        examples.JOBS,
    ),
    "printer.reprint": Method(
        m.JobParams,
        m.Job,
        "Prints a job again, marked as a repeat: for a person who has looked at the paper. The answer is the new job.",
        examples.REPRINT,
        errors=(e.DeviceUnavailable,),
    ),
    "device.list": Method(m.NoParams, m.DeviceList, "All devices with their states.", examples.DEVICES),
    "events.subscribe": Method(
        m.SubscribeParams,
        m.Subscribed,
        "Events on this connection, replayed from `after`; a second subscribe replaces the first.",
        examples.SUBSCRIBE,
        errors=(e.NotPermitted,),
    ),
    "events.poll": Method(
        m.PollParams,
        m.Polled,
        "Events for clients that cannot keep a connection; without `after` it starts now.",
        examples.POLL,
        cancellable=True,
    ),
    "queue.list": Method(
        m.NoParams,
        m.TaskList,
        "What is not settled, oldest first: tasks for a person, and what the bridge still goes on with by itself.",
        examples.QUEUE_LIST,
        admin=True,
        errors=(e.NotPermitted,),
    ),
    "queue.retry": Method(
        m.TaskParams,
        m.Empty,
        "Tries again now, not at the next time due; also what the provider has refused, once the reason is mended.",
        examples.QUEUE_RETRY,
        admin=True,
        errors=(e.NotPermitted, e.ReceiptState),
    ),
    "queue.resolve": Method(
        m.ResolveTaskParams,
        m.Empty,
        "A person has set it right: the note is kept, the outcome is final (`manual`), nothing more is sent. "
        "An abandoned receipt is cancelled.",
        examples.QUEUE_RESOLVE,
        admin=True,
        errors=(e.NotPermitted, e.ReceiptState),
    ),
    "recording.start": Method(
        m.RecordingParams,
        m.Empty,
        "Begins to record what passes between the till and its devices, providers and clients, but for this "
        "connection: for so long, at most 8 MiB. `pos-bridge record` calls it.",
        examples.RECORDING_START,
        errors=(e.NotPermitted, e.Overloaded),
        admin=True,
    ),
    "recording.stop": Method(
        m.NoParams,
        m.RecordingEnd,
        "Ends the recording. Cards, phones, names and all other scans are replaced by stand-ins before it answers.",
        examples.RECORDING_STOP,
        errors=(e.NotPermitted,),
        admin=True,
    ),
    "recording.read": Method(
        m.RecordingPlace,
        m.RecordingPiece,
        "The file of the recording that was stopped last, piece by piece; it is forgotten with its last piece.",
        examples.RECORDING_READ,
        errors=(e.NotPermitted,),
        admin=True,
    ),
    "sync.run": Method(
        m.SyncRunParams,
        m.SyncBegun,
        "Exchanges cards: providers' new ones into the till's directory, the cash program's new ones to providers. "
        "Answers at once; `sync.status` tells how it goes.",
        examples.SYNC_RUN,
        admin=True,
        errors=(e.NotPermitted, e.Overloaded, e.ProviderRefused),
    ),
    "sync.status": Method(
        m.SyncStatusParams,
        m.SyncStatus,
        "What came of exchanges, in numbers; of one run also which cards were passed over, and why.",
        examples.SYNC_STATUS,
        admin=True,
        errors=(e.NotPermitted,),
        cancellable=True,
    ),
    "card.forget": Method(
        m.ForgetParams,
        m.ForgottenPerson,
        "A person leaves the till: directory, receipts, tasks and printouts name them no more; ids and amounts stay.",
        examples.FORGET,
        admin=True,
        errors=(e.NotPermitted, e.JournalFailed),
    ),
    "drawer.open": Method(
        m.DrawerParams,
        m.Empty,
        "Opens the cash drawer that hangs on a printer: at once, or not at all (1008).",
        examples.DRAWER,
        errors=(e.DeviceUnavailable, e.NotPermitted),
        admin=True,
    ),
}
