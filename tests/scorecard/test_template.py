"""The template is what the contract says, and every word in it a keeper can follow."""

import dataclasses

import pytest

from scorecard import cells, contract, template, template_notes
from scorecard.contract import SETTINGS, TABLES, Column, Type
from scorecard.metrics import METRICS
from scorecard.settings import DEFAULT, Settings
from scorecard.template import Need, RuleKind, Style

NAMES = [f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns]
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@pytest.fixture(scope="module")
def whole():
    return template.template()


def field(whole, table, column):
    return next(f for f in whole.page(table.name).fields if f.name == column.name)


def test_every_table_has_a_tab_the_ones_to_fill_first_come_first(whole):
    titles = [page.title for page in whole.pages]
    assert sorted(titles) == sorted(TABLES)
    assert titles[:5] == ["settings", "people", "goals", "quotas", "leads"]


def test_a_tab_has_the_columns_of_its_table_in_their_order(whole):
    for page in whole.pages:
        assert [f.name for f in page.fields] == [c.name for c in TABLES[page.title].columns]


@every_table
def test_a_note_says_what_the_column_is_whether_it_is_needed_and_shows_an_example(whole, table):
    for column in table.columns:
        note = field(whole, table, column).note
        assert note.startswith(f"{column.name}: {column.doc}\n")
        assert ("Needed: a row without it is left out." in note) == column.required
        assert ("May stay blank" in note) == (not column.required)
        assert f"\nExample: {template_notes.example(table, column)}" in note
        if column.references:
            tab, _, name = column.references.partition(".")
            assert f"in {name} of the tab {tab}" in note
        if column.allowed and column.allowed != tuple(SETTINGS):
            assert f"One of: {', '.join(column.allowed)}." in note
        if column.default is not None:
            assert f"then it is {column.default}." in note


@every_table
def test_an_example_is_a_right_cell(table):
    for column in table.columns:
        shown = template_notes.example(table, column)
        read = cells.parse(shown, column, DEFAULT)
        assert (read.problem, read.value is None) == (None, False)


@every_table
def test_an_example_of_text_is_one_of_its_own_or_of_what_it_refers_to(table):
    for column in table.columns:
        if column.type is Type.TEXT and not column.allowed and column.name != "currency":
            named = column.references or f"{table.name}.{column.name}"
            assert named in template_notes.EXAMPLES, f"{named} needs an example in template_notes.EXAMPLES"


def test_examples_are_of_columns_there_are():
    assert set(template_notes.EXAMPLES) <= set(NAMES)


@every_table
def test_a_header_is_coloured_by_need(whole, table):
    for column in table.columns:
        need = field(whole, table, column).need
        name = f"{table.name}.{column.name}"
        feeds_a_metric = any(
            name in m_need.replace("?", "|").split("|") for m in METRICS.values() for m_need in m.needs
        )
        expected = Need.REQUIRED if column.required else Need.USED if feeds_a_metric else Need.OPTIONAL
        assert need is expected


@every_table
def test_a_cell_is_held_to_what_the_column_takes(whole, table):
    for column in table.columns:
        rule = field(whole, table, column).rule
        if column.references:
            tab, _, name = column.references.partition(".")
            if TABLES[tab].large:
                assert rule is None  # nobody picks one of 50,000 leads from a list
            else:
                assert (rule.kind, rule.tab, rule.column, rule.strict) == (RuleKind.TAB, tab, name, False)
        elif column.allowed:
            assert (rule.kind, rule.choices, rule.strict) == (RuleKind.CHOICES, column.allowed, True)
        elif column.name == "metric":
            assert (rule.kind, rule.choices, rule.strict) == (RuleKind.CHOICES, tuple(METRICS), False)
        elif column.type is Type.BOOLEAN:
            assert (rule.kind, rule.choices) == (RuleKind.CHOICES, ("yes", "no"))
        elif column.type in (Type.DATE, Type.TIME):
            assert rule.kind is RuleKind.DAY
        elif column.type is Type.TEXT:
            assert rule is None
        else:
            assert (rule.kind, rule.low, rule.high) == (RuleKind.NUMBER, column.minimum, column.maximum)
            assert rule.whole == (column.type is Type.INTEGER)


@every_table
def test_a_column_is_wide_enough_for_its_header_and_its_example(whole, table):
    for column in table.columns:
        found, shown = field(whole, table, column), template_notes.example(table, column)
        assert found.width >= len(column.name) + 4  # the filter's button
        assert found.wraps or found.width >= min(len(shown), 40)


def test_the_settings_stand_ready_without_values_and_say_what_holds_while_blank(whole):
    lines = whole.page("settings").lines
    assert [line.key for line in lines] == list(SETTINGS)
    for line, setting in zip(lines, SETTINGS.values(), strict=True):
        assert line.note.startswith(setting.doc)
        assert ("May stay blank." if setting.default is None else f"Blank: {setting.default}.") in line.note
        assert all(value in line.note for value in setting.allowed)
    assert not any(page.lines for page in whole.pages if page.title != "settings")


def test_settings_without_values_are_the_defaults_and_no_problem(whole):
    rows = [{"key": line.key, "value": ""} for line in whole.page("settings").lines]
    assert Settings.read(rows) == (DEFAULT, ())


def test_a_list_of_several_values_has_no_dropdown_since_it_would_take_only_one(whole):
    rules = {line.key: line.rule for line in whole.page("settings").lines}
    assert rules["work_days"] is None
    assert rules["sla_clock"].choices == ("elapsed", "business")
    assert not rules["sla_clock"].strict


def test_the_first_tab_explains_every_tab_setting_and_metric(whole):
    shown = [row.cells[0] for row in whole.start if row.style is Style.ROW]
    assert set(TABLES) | set(SETTINGS) | set(METRICS) | set(Need) == set(shown)
    links = [row.tab for row in whole.start if row.tab is not None]
    assert links == [page.title for page in whole.pages]


@pytest.mark.parametrize(
    "rule",
    [
        "lead_id and created_at are enough",
        "page Data",
        "year first",
        "next pass_no",
        "25 % or 0.25",
        "Money is the number alone",
        "Blank says",
        "Leave headers",
        "No totals",
    ],
)
def test_the_first_tab_says_the_rules(whole, rule):
    assert any(rule in cell for row in whole.start for cell in row.cells)


@pytest.mark.parametrize("table", TABLES)
def test_the_first_tab_says_what_filling_a_tab_brings(whole, table):
    row = next(row for row in whole.start if row.tab == table)
    assert row.cells[1] == TABLES[table].doc
    assert row.cells[2].endswith(".")


def test_only_some_tables_may_be_asked_for_in_any_order():
    some = template.template(("quotas", "goals"))
    assert [page.title for page in some.pages] == ["goals", "quotas"]
    fields = {f"{p.title}.{f.name}": f for p in some.pages for f in p.fields}
    assert fields["goals.parent_id"].rule.tab == "goals"
    assert fields["quotas.person_id"].rule is None  # its tab isn't there
    assert not any(row.cells[0] == "sla_hours" for row in some.start if row.cells)


def test_a_table_that_nobody_knows_is_refused_with_the_one_that_was_meant():
    with pytest.raises(ValueError, match=r"There is no table 'goal'\. Did you mean goals\?"):
        template.template(("goal",))


# --- version --------------------------------------------------------------------------------------------


def test_the_version_stands_on_the_first_tab_and_is_found_there(whole):
    column = [row.cells[0] if row.cells else None for row in whole.start]
    assert template.version_in(column) == whole.version == template.version()
    assert len(whole.version) == 8


@pytest.mark.parametrize("cells", [[], [None, 3.0, "Tandem"], ["Tandem template soon"]])
def test_cells_without_a_stamp_have_no_version(cells):
    assert template.version_in(cells) is None


@pytest.mark.parametrize(
    "change",
    [
        {"allowed": ("ad", "web")},
        {"type": Type.NUMBER},
        {"required": True},
        {"references": "people.person_id"},
        {"name": "sort"},
    ],
    ids=str,
)
def test_the_version_changes_with_the_contract(monkeypatch, change):
    before = computed()
    change_column(monkeypatch, change)
    assert computed() != before


def test_the_version_stays_when_only_words_change(monkeypatch):
    before = computed()
    change_column(monkeypatch, {"doc": "In other words."})
    assert computed() == before


def computed():
    template.version.cache_clear()
    return template.version()


@pytest.fixture(autouse=True)
def version_of_the_real_contract():
    yield
    template.version.cache_clear()


def change_column(monkeypatch, change):
    touches = TABLES["touches"]
    changed = dataclasses.replace(touches["kind"], **change)
    columns: tuple[Column, ...] = tuple(changed if c.name == "kind" else c for c in touches.columns)
    monkeypatch.setitem(contract.TABLES, "touches", dataclasses.replace(touches, columns=columns))
