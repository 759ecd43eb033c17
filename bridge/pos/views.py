"""From the desk's values to the protocol's results: amounts as text, times as text, personal data in full.

The socket is where personal data goes on purpose: the cash program shows the cashier whose card it is.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import cast

from msgspec import UNSET

from bridge.desk.cards.searching import FoundCard
from bridge.desk.sale.preparing import PreparedSale
from bridge.domain.confirmation import SentCode
from bridge.domain.limits import Limits
from bridge.domain.member import AttachedCard, CardKind
from bridge.domain.money import CENT
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import JobState, Outcome, PrintJob, Receipt, Redemption
from bridge.domain.task import StaffTask
from bridge.events import rfc3339
from bridge.pos import messages as m
from bridge.wording import Wording


def amount_text(amount: Decimal) -> str:
    return str(amount.quantize(CENT))


def maybe_text(amount: Decimal | None) -> str | None:
    return None if amount is None else amount_text(amount)


def rate_text(rate: Decimal) -> str:
    """Money per point, exact: a point may be worth half a kopeck."""
    rounded = rate.quantize(CENT)
    return str(rounded) if rounded == rate else f"{rate:f}"


def percent_text(percent: Decimal | None) -> str | None:
    """ "5.00"; None = not known."""
    return maybe_text(percent)


def card_view(card: AttachedCard, wording: Wording) -> m.Card:
    member = card.member
    return m.Card(
        card=card.number.value,
        kind=(member.kind if member else CardKind.BONUS).value,
        holder=member.holder.value if member else "",
        template=member.template if member else "",
        tier=member.tier if member else "",
        state=card.state.value,
        balance=maybe_text(member.balance if member else None),
        pending=maybe_text(member.pending if member else None),
        discount_percent=percent_text(member.discount_percent if member else None),
        expiring=[
            m.ExpiringPoints(points=amount_text(each.points), at=rfc3339(each.at))
            for each in (member.expiring if member else ())
        ],
        provider=card.provider,
        entry=card.entry.value,
        source=card.source.value,
        as_of=rfc3339(card.as_of),
        message=m.Message(rows=list(wording.card_rows(card)), text=wording.card_text(card)),
    )


def found_card_view(found: FoundCard) -> m.FoundCard:
    """The phone masked: it is there to tell two namesakes apart."""
    member = found.member
    return m.FoundCard(
        card=member.number.value,
        holder=member.holder.value,
        phone=str(member.phone) if member.phone else None,
        kind=member.kind.value,
        template=member.template,
        tier=member.tier,
        state=member.state.value,
        provider=found.provider,
        source=found.source.value,
        as_of=rfc3339(found.as_of),
    )


def limits_view(limits: Limits, wording: Wording) -> m.Limits:
    return m.Limits(
        discount=m.Discount(percent=percent_text(limits.discount_percent), amount=amount_text(limits.discount)),
        points=m.LimitPoints(
            balance=maybe_text(limits.balance),
            max_redeem=amount_text(limits.max_redeem),
            multiple=amount_text(limits.multiple),
            rate=rate_text(limits.rate),
            confirmation=limits.confirmation,
            restore=maybe_text(limits.restore),
        ),
        accrual_preview=maybe_text(limits.accrual),
        source=limits.source.value,
        as_of=rfc3339(limits.as_of),
        reasons=[m.Reason(code=code.value, text=wording.reason(code.value)) for code in limits.reasons],
    )


def code_view(sent: SentCode | None) -> m.CodeRequest:
    """The code itself is the customer's to tell."""
    expires_at = sent.expires_at if sent else None
    return m.CodeRequest(
        sent=sent is not None,
        channel=(sent and sent.channel) or None,
        expires_at=rfc3339(expires_at) if expires_at else None,
    )


def redemption_view(redemption: Redemption) -> m.RedemptionResult:
    return m.RedemptionResult(
        points=amount_text(redemption.points),
        amount=amount_text(redemption.amount),
        state=redemption.state.value,
    )


def outcome_view(outcome: Outcome) -> m.OutcomeResult:
    return m.OutcomeResult(
        state=outcome.state.value,
        accrued=maybe_text(outcome.accrued),
        redeemed=maybe_text(outcome.redeemed),
        restored=maybe_text(outcome.restored),
        reversed=maybe_text(outcome.reversed),
        balance_after=maybe_text(outcome.balance_after),
        provider_ref=outcome.provider_ref,
        printout=paper_view(outcome.printout),
        job_id=outcome.job_id,
        task_id=outcome.task_id,
        reason=outcome.reason,
    )


def prepared_view(prepared: PreparedSale) -> m.Prepared:
    quote = prepared.quote
    return m.Prepared(
        total=amount_text(prepared.basket.total),
        discount=m.Discount(percent=percent_text(quote.discount_percent), amount=amount_text(quote.discount)),
        redeemed=amount_text(prepared.redeemed),
        lines=[
            m.PreparedLine(id=line.id, discount=amount_text(line.discount), points=amount_text(line.points))
            for line in quote.lines
        ],
        accrual_preview=maybe_text(quote.accrual),
        printout=paper_view(prepared.printout),
    )


def receipt_view(receipt: Receipt) -> m.ReceiptResult:
    return m.ReceiptResult(
        receipt_id=receipt.receipt_id,
        operation=receipt.operation.value,
        state=receipt.state.value,
        card=receipt.card.number.value if receipt.card else None,
        redemption=redemption_view(receipt.redemption) if receipt.redemption else None,
        total=amount_text(receipt.basket.total) if receipt.basket else None,
        outcome=outcome_view(receipt.outcome) if receipt.outcome else None,
        opened_at=rfc3339(receipt.opened_at),
        closed_at=rfc3339(receipt.closed_at) if receipt.closed_at else None,
    )


def task_view(task: StaffTask, now: datetime) -> m.Task:
    """A clock that was set back makes nothing younger than new."""
    return m.Task(
        task_id=task.task_id,
        kind=cast("m.TaskKindName", task.kind),
        receipt_id=task.receipt_id,
        state=cast("m.TaskStateName", task.state.value),
        age_s=max(0, int((now - task.created_at).total_seconds())),
        reason=task.reason,
        text=task.text,
    )


def paper_view(lines: Sequence[PaperLine]) -> list[m.PrintLine]:
    return [_paper_line_view(line) for line in lines]


def job_view(job: PrintJob) -> m.Job:
    """A job being sent counts as queued: nothing is known of it yet."""
    state = JobState.QUEUED if job.state is JobState.SENDING else job.state
    return m.Job(job_id=job.job_id, state=cast("m.JobStateName", state.value), reason=job.reason or None)


def listed_job_view(job: PrintJob) -> m.ListedJob:
    told = job_view(job)
    return m.ListedJob(
        job_id=told.job_id,
        state=told.state,
        reason=told.reason,
        device=job.device,
        created_at=rfc3339(job.created_at),
        is_repeat=job.is_repeat,
    )


def _paper_line_view(line: PaperLine) -> m.PrintLine:
    barcode: str | m.BarcodeParam | None = line.barcode
    if line.barcode is not None and line.barcode_type is not None:
        barcode = m.BarcodeParam(data=line.barcode, type=cast("m.BarcodeType", line.barcode_type))
    return m.PrintLine(
        text=line.text,
        left=line.left,
        right=line.right,
        qr=line.qr,
        barcode=barcode,
        divider=line.divider,
        cut=line.cut,
        bold=line.bold,
        double=line.double,
        align=cast("m.AlignName", line.align) if line.align else UNSET,
    )
