"""Writes a company's tables into a SQL database, as a customer's own schema: plain tables, no constraints."""

from datetime import date, datetime, time

from sqlalchemy import Column, Date, DateTime, Float, Index, Integer, MetaData, String, Table, Text

from tests.oracle.schema import COLUMNS

LONG = {"terms", "text", "comment", "strategy"}


def load(tables, engine):
    """Creates each of the tables and inserts its rows; aware times aren't for here."""
    metadata = MetaData()
    with engine.begin() as connection:
        for name, rows in tables.items():
            kinds = _kinds(name, rows)
            sqlite = engine.dialect.name == "sqlite"
            columns = [Column(column, _sql_type(column, kind, sqlite)) for column, kind in kinds.items()]
            table = Table(name, metadata, *columns)
            if "lead_id" in table.c and engine.dialect.name == "mysql":  # slow at look-ups without one
                Index(f"ix_{name}", table.c.lead_id)
            table.create(connection)
            write = _writers(kinds, rows) if sqlite else {}
            ready = [{c: write.get(c, _same)(row.get(c)) for c in kinds} for row in rows]
            if ready:
                connection.execute(table.insert(), ready)


def _kinds(table, rows):
    """Column -> kind: those of the rows, or all of the contract's when there are no rows."""
    known = COLUMNS.get(table, {})
    names = list(dict.fromkeys(column for row in rows for column in row)) or list(known)
    return {name: known.get(name) or _guess(rows, name) for name in names}


def _guess(rows, name):
    values = [row[name] for row in rows if row.get(name) is not None]
    return "number" if values and all(isinstance(v, (int, float)) for v in values) else "text"


def _sql_type(name, kind, sqlite):
    if kind in ("time", "date") and sqlite:
        return Text()
    types = {"time": DateTime(), "date": Date(), "integer": Integer(), "number": Float(53)}
    return types.get(kind) or (Text() if name in LONG else String(500))


def _writers(kinds, rows):
    """SQLite has no times: they stand as text, as plain days where a column holds nothing else."""
    writers = {}
    for name, kind in kinds.items():
        if kind == "date":
            writers[name] = _day
        elif kind == "time":
            stamps = [row[name] for row in rows if row.get(name) is not None]
            writers[name] = _day if all(_is_day(stamp) for stamp in stamps) else _second
    return writers


def _same(value):
    return value


def _is_day(stamp):
    return not isinstance(stamp, datetime) or stamp.time() == time()


def _day(stamp: date | None):
    return None if stamp is None else f"{stamp:%Y-%m-%d}"


def _second(stamp: datetime | None):
    return None if stamp is None else f"{stamp:%Y-%m-%d %H:%M:%S}"
