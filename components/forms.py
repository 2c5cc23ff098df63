"""Forms: what somebody types on a page, checked field by field, sent by `components.writes`, never lost.

A page's part draws one wherever it may be entered; where it can't, nothing or one quiet line stands there:

    def say(found: Reading, view: View) -> None:
        forms.form(
            view, "say", act=Act.FEEDBACK, table="feedback",
            fields=(
                Field("kind", "What is it?", required=True),               # choices: the contract's
                (Field("campaign_id", "Campaign", options=campaigns),      # beside each other
                 Field("to_person", "To")),                                # a person
                Field("text", "What do you want to say?", required=True),  # several lines
                Field("rating", "How good are these leads?"),              # 1 to 5
                Field("due", "By when"),                                   # a day
            ),
            fixed={"status": "open"},      # at, from_person and from_department come from the sign-in
            submit="Send", thanks="Thank you. Sales sees it now.",
        )

A row is altered by giving it: `row=` (of small.rows, as it is shown), and the fields that may change. Several
rows at once: `build=lambda filled: [edits.new(filled.change_id, "review", "reviews", {...}, 1), ...]`, where
`filled.values` has what was typed by the fields' names; a field of another table says so
(`column="calendar.start"`). Made when it is written: `writes.NOW`, `writes.ME`. It works within a section.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, Literal

import streamlit as st
from babel import Locale
from babel.numbers import format_decimal

from components import tiles, writes
from components.screen import View
from components.text import clean, escape, html, joined
from scorecard import edits, small, words
from scorecard.cells import date_order
from scorecard.contract import TABLES, Column, Type
from scorecard.edits import LONG, Edit, EditError, Row, Value
from scorecard.roles import Act

Kind = Literal["text", "long", "choice", "date", "number", "scale", "person", "yes_no"]
_DATE_MARKS: Final = (".", "-", "/")
_PLAIN: Final = re.compile(r"(?i)(?!.*www\.)[^\W_](?:[^\W_]|[ ?.,()'’–])*")
_CUT: Final = 600  # characters of a text that a conflict shows
_FIRST, _LAST = date(1955, 1, 1), date(2118, 12, 31)


@dataclass(frozen=True)
class Field:
    """One input. `name` is what its value is called, and its column in the form's table but for `column`.

    Without `kind` the contract's type decides. `options` are values and what they are called; without them
    a choice offers what the contract allows. `value` is what stands there at first, in a form for a new row.
    """

    name: str
    label: str
    kind: Kind | None = None
    column: str = ""
    options: Mapping[str, str] | None = None
    required: bool = False
    value: Value = None
    help: str = ""
    lines: int = 4  # of a long text


@dataclass(frozen=True)
class Filled:
    """A form as filled in: values by the fields' names, None where nothing was typed; the row it alters."""

    change_id: str
    values: Mapping[str, Value]
    row: Row | None = None


Build = Callable[[Filled], Sequence[Edit]]


@dataclass(frozen=True)
class _Form:
    """A form as its page describes it; `lines` are fields that stand beside each other."""

    key: str
    act: Act
    table: str
    lines: tuple[tuple[Field, ...], ...]
    row: Row | None
    fixed: Mapping[str, Value]
    department: str | None
    owner: str | None
    thanks: str
    build: Build | None

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(one for line in self.lines for one in line)

    def column(self, one: Field) -> tuple[str, Column]:
        """The table and column that a field is about."""
        table, _, name = (one.column or one.name).rpartition(".")
        return table or self.table, TABLES[table or self.table][name]


@dataclass
class _Opened:
    """A form as one session has it open: its change_id, the row as it was seen, what became of sending."""

    change_id: str
    row: Row | None
    turn: int = 0  # a sent form is a new one; its inputs have new keys
    problems: dict[str, str] = field(default_factory=dict)
    failed: str = ""
    said: str = ""
    clash: edits.Clash | None = None
    values: dict[str, Value] = field(default_factory=dict)
    wanted: tuple[Edit, ...] = ()


def form(
    view: View,
    key: str,
    *,
    act: Act,
    table: str,
    fields: Sequence[Field | tuple[Field, ...]],
    row: Row | None = None,
    fixed: Mapping[str, Value] | None = None,
    department: str | None = None,
    owner: str | None = None,
    submit: str = "Save",
    thanks: str = "Saved.",
    build: Build | None = None,
) -> None:
    """Draws the form; `key` is its own on its page. The module says how; fields without a column stay away.

    `department`: the team that is signed for. `owner`: the person_id of who answers for a target.
    """
    why = writes.refusal(view, act, department, owner)
    if why is not None:
        tiles.note(why)
        return
    one = _Form(
        key, act, table, _kept(view, table, fields), row, fixed or {}, department, owner, thanks, build
    )
    opened = _opened(one)
    with st.container(key=f"form_{key}", gap="small"):
        _said(opened)
        if opened.clash is not None:
            _clash(one, opened, view)
        with st.form(f"{key}_form_{opened.turn}", enter_to_submit=False, border=True):
            for line in one.lines:
                _line(one, line, opened, view)
            st.form_submit_button(submit, type="primary", on_click=_submit, args=(one, opened, view))


def _kept(
    view: View, table: str, fields: Sequence[Field | tuple[Field, ...]]
) -> tuple[tuple[Field, ...], ...]:
    """The fields whose columns the source can keep."""
    lines = (line if isinstance(line, tuple) else (line,) for line in fields)
    kept = (tuple(one for one in line if _is_kept(view, table, one)) for line in lines)
    return tuple(line for line in kept if line)


def _is_kept(view: View, table: str, one: Field) -> bool:
    own, _, name = (one.column or one.name).rpartition(".")
    return name in writes.columns(view, own or table)


def _opened(one: _Form) -> _Opened:
    """The session's own; of another row it is another form."""
    name = f"form_{one.key}_{one.table}_{_key(one)}"
    if name not in st.session_state:
        st.session_state[name] = _Opened(_fresh(), None if one.row is None else dict(one.row))
    found: _Opened = st.session_state[name]
    return found


def _key(one: _Form) -> str:
    return "" if one.row is None else ",".join(str(one.row.get(name)) for name in TABLES[one.table].key)


def _fresh() -> str:
    return edits.change_id(datetime.now(UTC).date())


# --- what became of it ------------------------------------------------------------------------------------


def _said(opened: _Opened) -> None:
    if opened.said:
        line = '<p class="t-note" role="status"><span class="t-chip t-good">✓ Saved</span> {said}</p>'
        st.html(html(line, said=opened.said))
    if opened.failed:
        st.error(escape(opened.failed), icon=":material/error:")
    if opened.problems:
        count = words.counted(len(opened.problems), "field")
        st.error(f"Nothing was saved yet: {count} below to put right.", icon=":material/error:")


def _clash(one: _Form, opened: _Opened, view: View) -> None:
    """Both versions of a row that somebody else changed meanwhile, and the choice between them."""
    assert opened.clash is not None  # noqa: S101 - the caller has looked
    edit, now = opened.clash.edit, opened.clash.now
    if now is None:
        st.warning("This row was taken out meanwhile. What you typed stands below; copy what you need.")
        st.button("Start anew", key=f"{one.key}_theirs", on_click=_start, args=(opened, None))
        return
    before = edit.before or {}
    names = list(dict.fromkeys([*edit.after, *edits.differing(before, now)]))
    lines = joined(
        html(
            "<tr><th>{name}</th><td>{before}</td><td>{now}</td><td>{mine}</td></tr>",
            name=_label(one, edit.table, name), before=_told(edit.table, name, before.get(name), view),
            now=_told(edit.table, name, now.get(name), view),
            mine=_told(edit.table, name, edit.after.get(name, now.get(name)), view),
        )
        for name in names
    )  # fmt: skip
    st.warning("Somebody changed this while you were typing. Nothing is lost: choose which version stands.")
    st.html(
        html(
            '<div class="t-scroll"><table class="t-clash"><thead><tr><th></th><th>As you saw it</th>'
            "<th>As it is now</th><th>With yours</th></tr></thead><tbody>{lines}</tbody></table></div>",
            lines=lines,
        )
    )
    with st.container(horizontal=True):
        mine = "Save mine"
        st.button(mine, type="primary", key=f"{one.key}_mine", on_click=_keep_mine, args=(one, opened, view))
        st.button("Keep theirs", key=f"{one.key}_theirs", on_click=_start, args=(opened, now))


def _label(one: _Form, table: str, name: str) -> str:
    known = (field.label for field in one.fields if one.column(field) == (table, TABLES[table][name]))
    return next(known, name.replace("_", " "))


def _told(table: str, name: str, value: Value, view: View) -> str:
    kind = TABLES[table][name].type if name in TABLES[table] else Type.TEXT
    if value is None or value == "":
        return "–"
    if isinstance(value, date):
        return view.formats.date(value)
    if kind is Type.TIME and isinstance(value, int):
        return view.formats.moment(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = view.formats.number(value) if isinstance(value, (int, float)) else clean(value)
    return text if len(text) <= _CUT else f"{text[:_CUT]}…"


# --- sending ----------------------------------------------------------------------------------------------


def _submit(one: _Form, opened: _Opened, view: View) -> None:
    """What the button does, before the page is drawn again."""
    opened.problems, opened.failed, opened.said, opened.clash = {}, "", "", None
    opened.values = _read(one, opened, view)
    if not opened.problems and _is_made(one, opened, opened.values, opened.row):
        _send(one, opened, view)


def _is_made(one: _Form, opened: _Opened, values: Mapping[str, Value], row: Row | None) -> bool:
    """Makes the edits; False where nothing comes of it, and the form says why."""
    try:
        opened.wanted = tuple(_edits(one, Filled(opened.change_id, values, row)))
    except EditError as error:
        opened.failed = str(error)
        return False
    if all(not edit.is_new and not edit.after for edit in opened.wanted):
        opened.failed = "Nothing differs from what is there already."
        return False
    return True


def _read(one: _Form, opened: _Opened, view: View) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for each in one.fields:
        table, column = one.column(each)
        typed = st.session_state.get(_widget(one, opened, each))
        found = edits.check(
            table, {column.name: typed}, view.settings, (column.name,) if each.required else ()
        )
        values[each.name] = found.values.get(column.name)
        if found.problems:
            opened.problems[each.name] = found.problems[column.name]
    return values


def _edits(one: _Form, filled: Filled) -> Sequence[Edit]:
    if one.build is not None:
        return one.build(filled)
    after = {**filled.values, **one.fixed}
    action = writes.ACTIONS[one.act]
    if filled.row is None:
        return [edits.new(filled.change_id, action, one.table, after)]
    return [edits.altered(filled.change_id, action, one.table, filled.row, after)]


def _send(one: _Form, opened: _Opened, view: View) -> None:
    outcome = writes.send(view, opened.wanted, one.act, one.department, one.owner)
    if outcome.done:
        _start(opened, _since(opened))
        opened.said = (
            f"It had been saved before; it is there once. {one.thanks}" if outcome.again else one.thanks
        )
    elif outcome.clash is not None and outcome.clash.edit.is_new:
        opened.change_id = _fresh()
        opened.failed = _TAKEN
    else:
        opened.failed, opened.clash = outcome.message, outcome.clash


_TAKEN: Final = "There is a row of this name already. See whether it is yours; if not, send this again."


def _since(opened: _Opened) -> Row | None:
    """The row as it was left, until the page shows it by itself."""
    return None if opened.row is None else {**opened.row, **opened.wanted[0].after}


def _start(opened: _Opened, row: Row | None) -> None:
    """A form to be filled in anew, with another change_id."""
    opened.change_id, opened.row, opened.turn = _fresh(), None if row is None else dict(row), opened.turn + 1
    opened.problems, opened.failed, opened.said, opened.clash = {}, "", "", None
    opened.values, opened.wanted = {}, ()


def _keep_mine(one: _Form, opened: _Opened, view: View) -> None:
    """What was typed, put on the row as it is now; what was left as it was stays as they changed it."""
    clash = opened.clash
    if clash is None or clash.now is None:
        return
    now, opened.failed, opened.clash = clash.now, "", None
    if clash.edit.before == opened.row and clash.edit.table == one.table:
        merged = {each.name: _merged(one, each, opened, now) for each in one.fields}
        if not _is_made(one, opened, merged, now):
            return
    else:
        opened.wanted = tuple(edit.on(now) if edit == clash.edit else edit for edit in opened.wanted)
    _send(one, opened, view)


def _merged(one: _Form, each: Field, opened: _Opened, now: Row) -> Value:
    """A field's value after a conflict: what was typed there, else what stands there now."""
    table, column = one.column(each)
    typed, seen = opened.values.get(each.name), (opened.row or {}).get(column.name)
    is_left = table == one.table and column.name in now and edits.same(typed, seen)
    return now[column.name] if is_left else typed


# --- inputs -----------------------------------------------------------------------------------------------


def _widget(one: _Form, opened: _Opened, each: Field) -> str:
    return f"{one.key}_{each.name}_{opened.turn}"


def _line(one: _Form, line: tuple[Field, ...], opened: _Opened, view: View) -> None:
    places = st.columns(len(line)) if len(line) > 1 else [st.container()]
    for place, each in zip(places, line, strict=True):
        with place:
            _input(one, each, opened, view)
            if each.name in opened.problems:
                st.html(html('<p class="t-wrong" role="alert">✕ {what}</p>', what=opened.problems[each.name]))


def _input(one: _Form, each: Field, opened: _Opened, view: View) -> None:
    _, column = one.column(each)
    kind = each.kind or _kind(each, column)
    value = each.value if opened.row is None else opened.row.get(column.name)
    common: dict[str, Any] = {
        "label": _inert(each.label if each.required else f"{each.label} (optional)"),
        "key": _widget(one, opened, each), "help": escape(each.help) if each.help else None,
    }  # fmt: skip
    _DRAWN[kind](each, column, value, view, common)


def _inert(label: str) -> str:
    """A label that markdown reads as it stands: escapes would be read out by a screen reader."""
    plain = clean(label)
    return plain if _PLAIN.fullmatch(plain) else escape(label)


def _kind(each: Field, column: Column) -> Kind:
    if each.options is not None or column.allowed:
        return "choice"
    if column.references == "people.person_id":
        return "person"
    if column.type is Type.INTEGER and (column.minimum, column.maximum) == (1, 5):
        return "scale"
    by_type: dict[Type, Kind] = {Type.DATE: "date", Type.TIME: "date", Type.BOOLEAN: "yes_no"}
    if column.type is Type.TEXT:
        return "long" if column.name in LONG else "text"
    return by_type.get(column.type, "number")


def _draw_text(_: Field, _column: Column, value: Value, _view: View, common: dict[str, Any]) -> None:
    st.text_input(value="" if value is None else str(value), **common)


def _draw_long(each: Field, _column: Column, value: Value, _view: View, common: dict[str, Any]) -> None:
    height = 24 * each.lines + 32
    st.text_area(value="" if value is None else str(value), height=height, **common)


def _draw_number(_: Field, _column: Column, value: Value, view: View, common: dict[str, Any]) -> None:
    shown = "" if not isinstance(value, (int, float)) else _plain_number(value, view.settings.locale)
    st.text_input(value=shown, **common)


def _plain_number(value: float, locale: str) -> str:
    """A number as the organisation writes it, without grouping, so that it reads back as itself."""
    return format_decimal(Decimal(repr(value)), format="0.###############", locale=locale)


def _draw_choice(each: Field, column: Column, value: Value, _view: View, common: dict[str, Any]) -> None:
    offered = each.options if each.options is not None else {v: _called(v) for v in column.allowed}
    _select(dict(offered), each, value, common)


def _called(value: str) -> str:
    text = value.replace("_", " ")
    return text[:1].upper() + text[1:]


def _draw_person(each: Field, _column: Column, value: Value, view: View, common: dict[str, Any]) -> None:
    people = small.rows(view.dataset, "people")
    named = {str(row["person_id"]): _person(row) for row in sorted(people, key=_by_name)}
    _select(named if each.options is None else dict(each.options), each, value, common)


def _by_name(row: Mapping[str, Any]) -> str:
    return str(row["name"] or row["person_id"]).casefold()


def _person(row: Mapping[str, Any]) -> str:
    team = f" · {row['department']}" if row["department"] else ""
    return f"{row['name'] or row['person_id']}{team}"


def _select(named: dict[str, str], each: Field, value: Value, common: dict[str, Any]) -> None:
    """A choice; one that isn't needed can be left open, and a value that isn't offered any more stays."""
    if value is not None:
        named = named if str(value) in named else {**named, str(value): str(value)}
    options = list(named) if each.required else [None, *named]
    index = options.index(str(value)) if value is not None else (None if each.required else 0)
    st.selectbox(
        options=options, index=index, format_func=lambda v: "–" if v is None else clean(named[v]),
        placeholder="Choose", **common,
    )  # fmt: skip


def _draw_date(_: Field, column: Column, value: Value, view: View, common: dict[str, Any]) -> None:
    if column.type is Type.TIME and isinstance(value, int):
        value = view.settings.zone.from_epoch(value).date()
    day = value if isinstance(value, date) else None
    st.date_input(
        value=day, min_value=_FIRST, max_value=_LAST, format=_date_format(view.settings.locale), **common
    )


def _date_format(locale: str) -> str:
    """How the organisation writes a day, as far as Streamlit knows that way."""
    parts = {"dmy": ("DD", "MM", "YYYY"), "mdy": ("MM", "DD", "YYYY"), "ymd": ("YYYY", "MM", "DD")}
    order = date_order(locale)
    if order not in ("dmy", "mdy"):
        return "YYYY-MM-DD"
    pattern = Locale.parse(locale).date_formats["short"].pattern
    return next((mark for mark in _DATE_MARKS if mark in pattern), "/").join(parts[order])


def _draw_scale(_: Field, column: Column, value: Value, _view: View, common: dict[str, Any]) -> None:
    low, high = int(column.minimum or 1), int(column.maximum or 5)
    default = int(value) if isinstance(value, (int, float)) else None
    st.segmented_control(options=list(range(low, high + 1)), default=default, **common)


def _draw_yes_no(_: Field, _column: Column, value: Value, _view: View, common: dict[str, Any]) -> None:
    default = value if isinstance(value, bool) else None
    st.segmented_control(
        options=[True, False], default=default, format_func=lambda v: "Yes" if v else "No", **common
    )


_DRAWN: Final[Mapping[Kind, Callable[[Field, Column, Value, View, dict[str, Any]], None]]] = {
    "text": _draw_text,
    "long": _draw_long,
    "number": _draw_number,
    "choice": _draw_choice,
    "person": _draw_person,
    "date": _draw_date,
    "scale": _draw_scale,
    "yes_no": _draw_yes_no,
}


# --- ready-made -------------------------------------------------------------------------------------------


def target(view: View, key: str, table: Literal["goals", "quotas"], row: Row) -> None:
    """A form that moves the target of a goal or quota, and says why; `row` is the one of small.rows."""
    owner = row.get("owner" if table == "goals" else "person_id")

    def build(filled: Filled) -> Sequence[Edit]:
        wanted, why = filled.values["target"], filled.values["why"]
        assert isinstance(wanted, (int, float))  # noqa: S101 - it is required
        seen = filled.row or row
        if edits.same(wanted, seen.get("target")):
            raise EditError("That is the target already.")
        return edits.moved_target(filled.change_id, table, seen, wanted, None if why is None else str(why))

    form(
        view, key, act=Act.TARGET, table=table, row=row, owner=None if owner is None else str(owner),
        build=build, fields=(
            Field("target", "New target", required=True),
            Field("why", "Why", column="target_changes.why", required=True, lines=2),
        ),
        submit="Move the target", thanks="The new target holds; the move is kept beside it.",
    )  # fmt: skip
