"""The sample bank: invented people with numbers that belong to nobody."""

from dataclasses import dataclass
from datetime import date, timedelta

from argon2 import PasswordHasher
from sqlalchemy import select

from ivr.secret_hashes import PIN_HASHER
from ivr.store.engine import Sessions
from ivr.store.models import Account, Entry


@dataclass(frozen=True, slots=True)
class Sample:
    id: str
    holder: str
    number: str
    phone: str
    pin: str
    balance: int
    minimum: int
    funds: tuple[tuple[str, int], ...]
    entries: tuple[tuple[int, str, int], ...]  # days ago, text, amount
    owed: bool = True


SAMPLES = (
    Sample(
        "acc-1", "Morgan Reyes", "40012345", "+15550100001", "2749", 245017, 3500,
        (("checking", 380000), ("savings", 1250000)),
        ((2, "Corner Grocery", 4218), (4, "City Transit", 2750), (9, "Payment, thank you", -15000),
         (12, "Blue Door Books", 3199), (20, "Lakeside Dental", 18000)),
    ),
    Sample(
        "acc-2", "Priya Nair", "40023456", "+15550100002", "8306", 58240, 2500, (("checking", 30000),),
        ((1, "Northside Pharmacy", 1840), (6, "Garden Cafe", 2260), (15, "Payment, thank you", -5000)),
    ),
    Sample(
        "acc-3", "Daniel Okafor", "40034567", "+15550100003", "5918", 0, 0,
        (("checking", 92000), ("savings", 410000)), ((7, "Payment, thank you", -31250), (11, "Hilltop Hotel", 31250)),
    ),
    Sample(
        "acc-4", "Elena Marchetti", "40045678", "+15550100004", "1463", 1204555, 24000, (("checking", 150000),),
        ((3, "Airline ticket", 64200), (5, "Furniture House", 219900), (18, "Payment, thank you", -24000)),
    ),
    Sample(
        "acc-5", "Tomasz Wolski", "40056789", "+15550100005", "7052", 312480, 0, (("checking", 60000),),
        ((1, "Salary", 285000), (3, "Rent", -120000), (8, "Cash machine", -6000)), owed=False,
    ),
)  # fmt: skip


def load_sample(sessions: Sessions, today: date, hasher: PasswordHasher | None = None) -> int:
    """Adds the sample accounts that are not there yet; returns how many. Due on a day next month."""
    hasher = hasher or PIN_HASHER
    ids = [sample.id for sample in SAMPLES]
    with sessions() as tx:
        present = set(tx.scalars(select(Account.id).where(Account.id.in_(ids))))
    missing = [sample for sample in SAMPLES if sample.id not in present]
    rows = [_account(sample, today, hasher) for sample in missing]
    with sessions.begin() as tx:
        tx.add_all(rows)
        tx.flush()
        for sample in missing:
            tx.add_all(_entries(sample, today))
    return len(missing)


def _account(sample: Sample, today: date, hasher: PasswordHasher) -> Account:
    return Account(
        id=sample.id,
        holder=sample.holder,
        number=sample.number,
        phone=sample.phone,
        pin_hash=hasher.hash(sample.pin),
        owed=sample.owed,
        balance=sample.balance,
        due=sample.balance if sample.owed else 0,
        minimum=sample.minimum,
        due_on=_fifteenth_next_month(today) if sample.owed and sample.balance else None,
        funds=[{"name": name, "available": available} for name, available in sample.funds],
    )


def _entries(sample: Sample, today: date) -> list[Entry]:
    oldest_first = sorted(sample.entries, reverse=True)
    return [Entry(account_id=sample.id, on=today - timedelta(days), text=t, amount=a) for days, t, a in oldest_first]


def _fifteenth_next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=15)
