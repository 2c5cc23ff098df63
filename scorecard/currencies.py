"""Which currency a written amount names: 1.200,50 €, USD 15,000.00, R$ 99."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from babel.numbers import list_currencies

_DOLLARS: Final = frozenset(
    ("USD", "AUD", "CAD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "JMD", "TTD", "BBD",
     "BSD", "BZD", "BMD", "KYD", "FJD", "GYD", "LRD", "NAD", "SRD", "XCD", "DOP", "BND", "SBD")
)  # fmt: skip
_SIGNS: Final = {
    "US$": frozenset(("USD",)),
    "R$": frozenset(("BRL",)),
    "A$": frozenset(("AUD",)),
    "AU$": frozenset(("AUD",)),
    "C$": frozenset(("CAD", "NIO")),
    "CA$": frozenset(("CAD",)),
    "NZ$": frozenset(("NZD",)),
    "HK$": frozenset(("HKD",)),
    "NT$": frozenset(("TWD",)),
    "S$": frozenset(("SGD",)),
    "MX$": frozenset(("MXN",)),
    "$": _DOLLARS,
    "€": frozenset(("EUR",)),
    "£": frozenset(("GBP", "EGP", "FKP", "GIP", "SHP", "SYP", "LBP")),
    "¥": frozenset(("JPY", "CNY")),
    "₹": frozenset(("INR",)),
    "₽": frozenset(("RUB",)),
    "₩": frozenset(("KRW", "KPW")),
    "₺": frozenset(("TRY",)),
    "₪": frozenset(("ILS",)),
    "₴": frozenset(("UAH",)),
    "zł": frozenset(("PLN",)),
    "Kč": frozenset(("CZK",)),
    "Ft": frozenset(("HUF",)),
    "kr": frozenset(("SEK", "NOK", "DKK", "ISK")),
    "Fr.": frozenset(("CHF",)),
}
_LONGEST_FIRST: Final = sorted(_SIGNS, key=len, reverse=True)
_CODE: Final = re.compile(r"^[A-Z]{3}(?![A-Za-z])|(?<![A-Za-z])[A-Z]{3}$")


def without(bare: str) -> str:
    """An amount, blanks taken out, without its currency; one sign or code, before or behind."""
    sign = _sign(bare)
    rest = bare if sign is None else bare.replace(sign, "", 1)
    rest = "".join(c for c in rest if unicodedata.category(c) != "Sc")
    return _CODE.sub("", rest, count=1)


def named(text: str) -> frozenset[str]:
    """The currencies that a written amount may be in, by its sign or code; empty where it names none."""
    bare = "".join(text.split())
    code = _CODE.search(bare)
    if code is not None and code[0] in _codes():
        return frozenset((code[0],))
    sign = _sign(bare)
    return frozenset() if sign is None else _SIGNS[sign]


def contradiction(text: str, currency: str) -> tuple[str, str] | None:
    """What is wrong with an amount that names another currency than it counts in, and what to write."""
    found = named(text)
    if not found or currency in found:
        return None
    other = min(found) if len(found) == 1 else text.strip("0123456789.,-+() \u00a0")
    which = other if len(found) == 1 else "which currency it is"
    return (
        f"the cell says {other}, and this amount counts in {currency}.",
        f"Write the amount in {currency}, or say {which} in the column currency.",
    )


def _sign(bare: str) -> str | None:
    inner = bare.strip("()+-−")
    return next((sign for sign in _LONGEST_FIRST if inner.startswith(sign) or inner.endswith(sign)), None)


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(list_currencies())
