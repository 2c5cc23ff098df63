"""Packs for the tests of this room, and figures written as German does, by hand."""

from dataclasses import replace

from data_sources.database import Database
from documents.exporting import Export
from scorecard import periods, small
from scorecard.clock import AsOf

HOSTILE = (
    '=HYPERLINK("http://x.example")', "+1+1", "@SUM(A1)", "-2+3", '#panic("out")', "*bold* $x$ `raw` <label>",
    "http://x.example/a", "<script>alert(1)</script>", "\u202eevil\u0000\u0007", "日本語の見込み客", "x" * 90,
)  # fmt: skip


def export(url, period="2026-Q4", as_of="2026-11-21", **settings):
    """What exports that company; `settings` win over its own."""
    dataset = Database(url).open()
    dataset = replace(dataset, overrides={**dataset.overrides, **settings})
    chosen = small.settings(dataset)
    return Export(dataset, periods.parse(period, chosen.fiscal_year_start), AsOf.parse(as_of, chosen.zone))


def german(x, most):
    """1234.5 is 1.234,5; up to so many decimals, rounded half to even."""
    whole, _, rest = f"{x:,.{most}f}".partition(".")
    rest = rest.rstrip("0")
    text = whole.replace(",", ".") + (f",{rest}" if rest else "")
    return "0" if text in ("-0", "0") else text.replace("-", "−")


def written(row):
    """A row's value as a German reads it: 64,3 %, 1.234 €, 4 h 11 min, 38,5 days."""
    value = row.value
    if row.unit == "percent":
        return f"{german(value * 100, 1)} %"
    if row.unit == "currency":
        if abs(value) >= 1_000_000:
            return f"{german(value / 1_000_000, 1)} Mio. €"
        cents = abs(value) < 1000 and value != int(value)
        return f"{value:,.2f} €".translate(str.maketrans(",.-", ".,−")) if cents else f"{german(value, 0)} €"
    if row.unit == "hours":
        minutes = round(value * 60)
        hours, rest = divmod(minutes, 60)
        parts = [f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0 or hours == 0)
        return f"{german(value, 0)} h" if value >= 100 else " ".join(parts)
    if row.unit == "days":
        return f"{german(value, 1)} {'day' if german(value, 1) == '1' else 'days'}"
    return german(value, 2)


def flat(text):
    """One line with plain blanks, without marks of no width."""
    return " ".join(text.replace("\u200b", "").replace("\u2060", "").split())


def squeezed(text):
    """Without any blanks: words that a narrow column parted are whole again."""
    return flat(text).replace(" ", "").replace("\u00ad", "")
