"""What is wrong with the cells and keys of the large tables: counted in SQL, with up to 50 examples each.

Small tables aren't looked at here: `scorecard.small` reads them whole and says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, overload

from sqlalchemy import ColumnElement, Connection, Text, and_, case, cast, func, not_, or_, select

from data_sources.cleaning import Expression, Native, count_if
from data_sources.relations import Survey, TableReader, one_of
from data_sources.tables import Cell
from scorecard.contract import Column, Type
from scorecard.problems import Problem, Severity, grouped

EXAMPLES: Final = 50


class LateProblems(Sequence[Problem]):
    """Problems that are looked for when somebody first wants to see them."""

    def __init__(self, find: Callable[[], tuple[Problem, ...]]) -> None:
        self._find = find
        self._found: tuple[Problem, ...] | None = None

    @property
    def found(self) -> tuple[Problem, ...]:
        if self._found is None:
            self._found = self._find()
        return self._found

    @overload
    def __getitem__(self, index: int) -> Problem: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Problem, ...]: ...
    def __getitem__(self, index: int | slice) -> Problem | tuple[Problem, ...]:
        return self.found[index]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.found)


@dataclass(frozen=True)
class _Lost:
    """A way to lose cells of one column: `condition` holds where one is lost."""

    cell: Cell
    rule: str
    condition: ColumnElement[bool]

    @property
    def takes_row(self) -> bool:
        return self.cell.column is not None and (self.cell.column.required or self.cell.name == "pass_no")


def flaws(reader: TableReader, survey: Survey) -> tuple[Problem, ...]:
    """Every problem with single cells and keys of one large table; `scorecard.checks` finds finer words."""
    return tuple(_Finder(reader, survey).find())


class _Finder:
    def __init__(self, reader: TableReader, survey: Survey) -> None:
        self.reader = reader
        self.plan = reader.plan
        self.table = reader.plan.table
        self.survey = survey
        self.columns = reader.cleaned(survey)

    def find(self) -> Iterator[Problem]:
        ways = [way for cell in self.plan.cells.values() for way in self._ways(cell)]
        with self.reader.engine.connect() as connection:
            for way, count, amount in self._counted(connection, ways):
                if count:
                    yield from self._told(connection, way, count, amount)
            yield from self._repeats(connection)

    # --- cells

    def _ways(self, cell: Cell) -> Iterator[_Lost]:
        clean = self.columns[cell.name]
        blank = self._is_blank(cell)
        if cell.column is not None and cell.column.required and (cell.nullable or not clean.bare):
            yield _Lost(cell, "required", blank)
        if cell.column is None or clean.bare or cell.column.type is Type.TEXT:
            return
        yield _Lost(cell, "cell", and_(not_(blank), clean.expression.is_(None)))

    def _is_blank(self, cell: Cell) -> ColumnElement[bool]:
        if (
            cell.native in (Native.TEXT, Native.OTHER, Native.DYNAMIC)
            or self.reader.cleaning.dialect == "sqlite"
        ):
            written = self.reader.cleaning.trimmed(self._written(cell))
            return or_(cell.raw.is_(None), func.length(written) == 0)
        return cell.raw.is_(None)

    def _written(self, cell: Cell) -> Expression:
        """The cell as somebody would see it."""
        if cell.native is Native.TEXT and self.reader.cleaning.dialect != "sqlite":
            return cell.raw
        return self.reader.cleaning.as_text(cell.raw, Native.OTHER)

    def _counted(self, connection: Connection, ways: list[_Lost]) -> list[tuple[_Lost, int, float | None]]:
        if not ways:
            return []
        asked = []
        for i, way in enumerate(ways):
            asked.append(count_if(way.condition).label(f"n{i}"))
            if self._amount is not None and way.takes_row:
                worth = func.coalesce(self._amount, 0)
                asked.append(func.sum(case((way.condition, worth))).label(f"a{i}"))
        row = connection.execute(select(*asked).select_from(self.plan.base)).mappings().one()
        return [(w, row[f"n{i}"], _float(row.get(f"a{i}"))) for i, w in enumerate(ways)]

    @property
    def _amount(self) -> Expression | None:
        clean = self.columns.get("amount")
        return None if clean is None else clean.expression

    def _told(
        self, connection: Connection, way: _Lost, count: int, amount: float | None
    ) -> Iterator[Problem]:
        examples = self._examples(connection, way)
        for key, value, worth in examples:
            yield self._problem(way, key, value, worth if way.takes_row else None)
        if count > len(examples):
            told = sum(worth or 0 for _, _, worth in examples)
            yield self._rest(way, count - len(examples), None if amount is None else amount - told)

    def _examples(self, connection: Connection, way: _Lost) -> list[tuple[str, str | None, float | None]]:
        key = [self._written(self.plan.cells[n]) for n in self._place()]
        worth = self._amount if self._amount is not None else cast(None, Text)
        asked = select(self._written(way.cell).label("value"), worth.label("worth"), *key)
        found = connection.execute(asked.select_from(self.plan.base).where(way.condition).limit(EXAMPLES))
        return [(_place(row[2:]), row[0], _float(row[1])) for row in found]

    def _place(self) -> list[str]:
        names = self.table.key or self.table.required
        return [n for n in names if n in self.plan.cells]

    def _problem(self, way: _Lost, key: str, value: str | None, amount: float | None) -> Problem:
        column = way.cell.column
        assert column is not None  # noqa: S101 - attributes are never lost
        what, instead = _words(way.rule, column)
        return Problem(
            Severity.ERROR, way.rule, self.table.name, what, instead, key, column.name, value,
            rows_left_out=int(way.takes_row), amount_left_out=amount,
        )  # fmt: skip

    def _rest(self, way: _Lost, rows: int, amount: float | None) -> Problem:
        column = way.cell.column
        assert column is not None  # noqa: S101 - attributes are never lost
        _, instead = _words(way.rule, column)
        return Problem(
            Severity.ERROR, way.rule, self.table.name,
            f"{grouped(rows)} more cells like these can't be used.",
            instead, column=column.name, rows=rows, rows_left_out=rows if way.takes_row else 0,
            amount_left_out=amount,
        )  # fmt: skip

    # --- keys

    def _repeats(self, connection: Connection) -> Iterator[Problem]:
        repeats = self.survey.repeats
        if not repeats:
            return
        source = self.reader.usable(self.columns)
        key = self.reader.key(source)
        if repeats.many:
            yield self._many_repeats(connection, source, key)
            return
        listed = [*repeats.same, *repeats.differing]
        worth = func.sum(source.c.amount) if "amount" in source.c else cast(None, Text)
        asked = select(func.count(), worth, *key).where(one_of(key, listed)).group_by(*key)
        sizes = {tuple(row[2:]): (row[0], _float(row[1])) for row in connection.execute(asked)}
        yield from self._listed(Severity.WARNING, repeats.same, sizes)
        yield from self._listed(Severity.ERROR, repeats.differing, sizes)

    def _listed(
        self,
        severity: Severity,
        keys: Sequence[tuple[Any, ...]],
        sizes: Mapping[tuple[Any, ...], tuple[int, float | None]],
    ) -> Iterator[Problem]:
        lost = severity is Severity.ERROR
        for key in keys[:EXAMPLES]:
            rows, amount = sizes.get(key, (0, None))
            yield self._repeat(severity, _place(key), rows, amount if lost else None)
        if rest := keys[EXAMPLES:]:
            rows = sum(sizes.get(key, (0, None))[0] for key in rest)
            amount = sum(sizes.get(key, (0, None))[1] or 0 for key in rest) if lost else None
            yield self._repeat(severity, None, rows, amount, more=len(rest))

    def _repeat(
        self, severity: Severity, place: str | None, rows: int, amount: float | None, more: int = 0
    ) -> Problem:
        names = " and ".join(self.table.key)
        if severity is Severity.WARNING:
            what = f"The same row stands here {rows} times; it counts once."
            instead = "Delete the repeats."
        else:
            what = f"{rows} different rows have this key; none of them is used."
            instead = f"Keep one of them, or give each its own {names}."
        if more:
            what = f"{grouped(more)} more keys stand on {grouped(rows)} rows."
        lost = rows if severity is Severity.ERROR else 0
        return Problem(
            severity, "duplicate", self.table.name, what, instead, place, ", ".join(self.table.key), place,
            rows=rows, rows_left_out=lost, amount_left_out=amount,
        )  # fmt: skip

    def _many_repeats(self, connection: Connection, source: Any, key: Sequence[Expression]) -> Problem:
        groups = (
            select(func.count().label("n"))
            .select_from(source)
            .group_by(*key)
            .having(func.count() > 1)
            .subquery()
        )
        keys, rows = connection.execute(
            select(func.count(), func.coalesce(func.sum(groups.c.n), 0)).select_from(groups)
        ).one()
        return Problem(
            Severity.ERROR, "duplicate", self.table.name,
            f"{grouped(keys)} keys stand on {grouped(rows)} rows; identical ones count once, others never.",
            f"Give each row its own {' and '.join(self.table.key)}.",
            column=", ".join(self.table.key), rows=int(rows), rows_left_out=int(rows) - int(keys),
        )  # fmt: skip


def _words(rule: str, column: Column) -> tuple[str, str]:
    """What is wrong with a cell, and what to write."""
    if rule == "required":
        return (
            f"{column.name} is blank; without it the row can't be used.",
            f"Fill in {column.name}: {column.doc}",
        )
    return f"{column.name} is a {column.type}, and this can't be read as one.", f"Write {_example(column)}."


def _example(column: Column) -> str:
    if column.minimum is not None and column.maximum is not None:
        return f"a number from {column.minimum:g} to {column.maximum:g}"
    examples = {
        Type.TIME: "2026-09-30 14:05",
        Type.DATE: "2026-09-30",
        Type.INTEGER: "25",
        Type.BOOLEAN: "1 or 0",
    }
    return examples.get(column.type, "a plain number such as 1200.50")


def _place(parts: Iterable[object]) -> str:
    return ", ".join(str(p) for p in parts if p not in (None, "")) or "(no key)"


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
