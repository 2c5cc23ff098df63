"""A value of ours as a column of a database holds it: times the way its other times stand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from data_sources.cleaning import Native
from data_sources.writing import CannotHoldError
from scorecard.clock import Zone
from scorecard.contract import Column, Type
from scorecard.dataset import Kind
from scorecard.edits import Value, moment_text

_WORDS: Final = (Native.TEXT, Native.OTHER)
_WHOLE: Final = "holds whole numbers, and {} isn't one."


def outgoing(value: Value, column: Column | None, native: Native, kind: Kind, where: tuple[str, Zone]) -> Any:
    """What to bind for a value; `where` is the dialect and the organisation's zone.

    Raises CannotHoldError.
    """
    dialect, zone = where
    if value is None or column is None:
        return value
    if column.type is Type.TIME and isinstance(value, int):
        return _time(value, kind, dialect, zone)
    if column.type is Type.DATE and isinstance(value, date):
        return _day(value, kind, dialect, zone)
    if isinstance(value, bool):
        return _boolean(value, native, dialect)
    if isinstance(value, (int, float)):
        return _number(value, native, dialect)
    return _text(str(value), native, dialect)


def _time(epoch: int, kind: Kind, dialect: str, zone: Zone) -> Any:
    if kind is Kind.EPOCH:
        return epoch
    local = zone.from_epoch(epoch)
    if kind is Kind.INSTANT:
        moment = datetime.fromtimestamp(epoch, UTC)
        return moment.replace(tzinfo=None) if dialect == "mysql" else moment  # its sessions are in UTC
    if kind is Kind.NAIVE:
        return local
    if kind is Kind.DATE:
        return local.date()
    is_repeated = zone.to_epoch(local) != epoch  # only an offset tells the second of two equal times
    return moment_text(epoch, zone) if is_repeated and dialect != "mysql" else local.isoformat(" ")


def _day(day: date, kind: Kind, dialect: str, zone: Zone) -> Any:
    if kind is Kind.EPOCH:
        return zone.midnight(day)
    if kind is Kind.INSTANT:
        return _time(zone.midnight(day), kind, dialect, zone)
    if kind is Kind.NAIVE:
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the column has no zone
    return day if kind is Kind.DATE else day.isoformat()


def _boolean(value: bool, native: Native, dialect: str) -> Any:  # noqa: FBT001 - it is the value
    if native is Native.BOOLEAN and dialect != "sqlite":
        return value
    return ("yes" if value else "no") if native in _WORDS else int(value)


def _number(value: float, native: Native, dialect: str) -> Any:
    if native in _WORDS:
        return format(Decimal(repr(value)), "f")
    if native is Native.INTEGER and dialect != "sqlite" and value != int(value):
        raise CannotHoldError(_WHOLE.format(value))
    return int(value) if native is Native.INTEGER and value == int(value) else value


def _text(text: str, native: Native, dialect: str) -> Any:
    if native not in (Native.INTEGER, Native.NUMBER) or dialect == "sqlite":
        return text
    if text.isascii() and text.isdigit() and (text == "0" or text[0] != "0"):
        return int(text)
    raise CannotHoldError(f"holds numbers, and {text!r} isn't one.")
