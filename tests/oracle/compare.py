"""What differs between two reports, in lines a person can read."""

from math import isclose

COLUMNS = (
    "team", "as_of", "value", "numerator", "denominator", "n", "low", "high", "target", "expected", "status",
    "unit", "notes",
)  # fmt: skip


def differences(ours, theirs, ignore=("team", "notes", "as_of")):
    """One line for each row that is missing, extra, printed twice, or differs in a column not ignored."""
    mine, found = _by_key(ours, "ours")
    other, repeated = _by_key(theirs, "theirs")
    found += repeated
    found += [f"missing in theirs: {_show(key)}: {_figures(mine[key])}" for key in mine.keys() - other.keys()]
    found += [f"only in theirs: {_show(key)}: {_figures(other[key])}" for key in other.keys() - mine.keys()]
    for key in mine.keys() & other.keys():
        for column in COLUMNS:
            a, b = mine[key].get(column), other[key].get(column)
            if column not in ignore and not same(a, b):
                found.append(f"{_show(key)}: {column}: ours {a!r}, theirs {b!r}")
    return sorted(found)


def same(a, b):
    """Equal; numbers to nine digits (and near 0 to twelve places)."""
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    return a == b


def _by_key(rows, whose):
    keyed, repeated = {}, []
    for row in rows:
        key = (row["metric"], row["scope"], row["period"])
        if key in keyed:
            repeated.append(f"twice in {whose}: {_show(key)}")
        keyed[key] = row
    return keyed, repeated


def _show(key):
    return " | ".join(key)


def _figures(row):
    return ", ".join(f"{c}={row[c]!r}" for c in ("value", "n", "status", "notes") if row.get(c) is not None)
