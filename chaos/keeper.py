"""Somebody who keeps the spreadsheet in a hurry: edits, mistakes, mishaps, each noted as it happens."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from chaos.company import GOAL, Company, a_day, company, new_lead
from chaos.judge import ByTab, Judge
from data_sources.tab import letters
from tests.google.standin import Google

_AMOUNT: Final = letters(5)
_CREATED: Final = letters(1)
_MISHAP: Final = 0.12  # of the edits begin one
_MISHAPS: Final = ("lost header", "renamed tab", "amounts without a header")


@dataclass
class Keeper:
    """Edits the spreadsheet `key`; after each edit the judge knows what is true. The same for a seed."""

    google: Google
    judge: Judge | ByTab
    draw: random.Random
    company: Company = field(init=False)
    key: str = field(init=False)
    edits: int = 0
    is_careful: bool = False  # no mishaps now
    _ids: int = 1000
    _mend: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self.company = company(self.draw)
        self.key = self.google.spreadsheet("Chaos", "en_GB", "Europe/Berlin", tabs=self.company.tabs())
        self.google.share(self.key, self.google.service_account()["client_email"])
        self.judge.became(self.company.numbers(), "the beginning")

    def edit(self) -> None:
        """The next edit; after a mishap it is to put that right, sooner or later."""
        self.edits += 1
        if self._mend is not None:
            if self.draw.random() < 0.5:  # noqa: PLR2004 - as often as not
                self._mend()
            else:
                self._plain()
        elif self.draw.random() < _MISHAP and not self.is_careful:
            self._mishap(self.draw.choice(_MISHAPS))
        else:
            self._plain()

    def settle(self) -> None:
        """Puts right whatever is wrong with headers and tabs."""
        if self._mend is not None:
            self.edits += 1
            self._mend()

    # --- mishaps

    def _mishap(self, what: str) -> None:
        self._mend = lambda: self._put_right(what)
        with self._change(what):
            if what == "lost header":
                self.google.set(self.key, "leads!A1", "Who is it?")
            elif what == "renamed tab":
                self.google.rename(self.key, "goal_actuals", "goal_actuals (old)")
            else:
                self.company.has_amounts = False
                self.google.set(self.key, f"leads!{_AMOUNT}1", self.company.leads_tab()[0][-1])

    def _put_right(self, what: str) -> None:
        with self._change(f"{what}, put right"):
            if what == "lost header":
                self.google.set(self.key, "leads!A1", "lead_id")
            elif what == "renamed tab":
                self.google.rename(self.key, "goal_actuals (old)", "goal_actuals")
            else:
                self.company.has_amounts = True
                self.google.set(self.key, f"leads!{_AMOUNT}1", "amount")
            self._mend = None

    # --- plain edits

    def _plain(self) -> None:
        edits = (
            self._change_amount, self._change_amount, self._add_lead, self._insert_lead, self._delete_lead,
            self._mistype_amount, self._mistype_day, self._add_actual, self._change_actual, self._paste_all,
            self._both_tabs,
        )  # fmt: skip
        self.draw.choice(edits)()

    def _change_amount(self) -> None:
        with self._change("an amount") as try_again:
            while try_again():
                self._set_amount(self._a_won_lead(), self.draw.randint(100, 9_999))

    def _mistype_amount(self) -> None:
        with self._change("an amount that is none") as try_again:
            while try_again():
                self._set_amount(self._a_won_lead(), self.draw.choice(("ask Ben", "1.2.3", "#REF!")))

    def _set_amount(self, at: int, amount: int | str) -> None:
        self.company.leads[at].amount = amount
        self.google.set(self.key, f"leads!{_AMOUNT}{at + 2}", amount)

    def _a_won_lead(self) -> int:
        won = [n for n, lead in enumerate(self.company.leads) if lead.won_at and lead.counts]
        return self.draw.choice(won)

    def _mistype_day(self) -> None:
        """A lead without a readable first day is left out; one that was is put right."""
        with self._change("a day") as try_again:
            while try_again():
                at = self.draw.randrange(len(self.company.leads))
                lead = self.company.leads[at]
                lead.created_at = "soon" if lead.counts else a_day(self.draw)
                self.google.set(self.key, f"leads!{_CREATED}{at + 2}", lead.created_at)

    def _add_lead(self) -> None:
        with self._change("a new row") as try_again:
            while try_again():
                self.company.leads.append(new_lead(self.draw, self._new_id()))
                self.google.append(self.key, self._leads, [self.company.leads[-1].row()])

    def _insert_lead(self) -> None:
        with self._change("a row in between") as try_again:
            while try_again():
                at = self.draw.randrange(len(self.company.leads))
                self.company.leads.insert(at, new_lead(self.draw, self._new_id()))
                self.google.insert(self.key, self._leads, at + 2, [self.company.leads[at].row()])

    def _delete_lead(self) -> None:
        with self._change("a deleted row") as try_again:
            while try_again():
                at = self.draw.randrange(len(self.company.leads))
                del self.company.leads[at]
                self.google.delete_rows(self.key, self._leads, at + 2)
            if len(self.company.leads) < 20:  # noqa: PLR2004 - enough to go on
                self._paste_more()

    def _paste_more(self) -> None:
        more = [new_lead(self.draw, self._new_id()) for _ in range(40)]
        self.company.leads += more
        self.google.append(self.key, self._leads, [lead.row() for lead in more])

    def _paste_all(self) -> None:
        """The whole tab anew, in another order, as after a sort; and one more lead."""
        with self._change("a sorted tab") as try_again:
            while try_again():
                self.company.leads.append(new_lead(self.draw, self._new_id()))
                self.draw.shuffle(self.company.leads)
                header = [[self.google.get(self.key, f"leads!{letters(n)}1") for n in range(6)]]
                rows = [lead.row() for lead in self.company.leads]
                self.google.write(self.key, self._leads, header + rows)

    def _add_actual(self) -> None:
        with self._change("an actual") as try_again:
            while try_again():
                self._put_actual()

    def _put_actual(self) -> None:
        self.company.actuals.append([GOAL, a_day(self.draw), self.draw.randint(1, 60)])
        self.google.append(self.key, self._actuals, [self.company.actuals[-1]])

    def _change_actual(self) -> None:
        with self._change("another actual") as try_again:
            while try_again():
                at = self.draw.randrange(len(self.company.actuals))
                self.company.actuals[at][2] = value = self.draw.randint(1, 60)
                self.google.set(self.key, f"'{self._actuals}'!C{at + 2}", value)

    def _both_tabs(self) -> None:
        """Two tabs at one stroke: no screen may show one without the other."""
        with self._change("both tabs") as try_again:
            while try_again():
                self._set_amount(self._a_won_lead(), self.draw.randint(100, 9_999))
                self._put_actual()

    # --- inside

    _leads = "leads"

    @property
    def _actuals(self) -> str:
        book = self.google.book(self.key)
        return next(sheet.title for sheet in book.sheets if sheet.title.startswith("goal_actuals"))

    def _new_id(self) -> str:
        self._ids += 1
        return f"L{self._ids}"

    @contextmanager
    def _change(self, what: str) -> Iterator[Callable[[], bool]]:
        """A change that is seen whole or not at all.

        Its function says whether to change something (more), until the numbers are like none before: two
        states with the same numbers couldn't be told apart.
        """
        tries = 0

        def again() -> bool:
            nonlocal tries
            tries += 1
            return tries == 1 or (tries < 9 and self.judge.is_known(self.company.numbers()))  # noqa: PLR2004

        with self.google.one_change():
            yield again
            is_lost = self._mend is not None and self._is_unreadable()
            self.judge.became(None if is_lost else self.company.numbers(), what)

    def _is_unreadable(self) -> bool:
        """Whether a tab of ours is gone or has lost the header that it can't do without."""
        titles = {sheet.title for sheet in self.google.book(self.key).sheets}
        return self.google.get(self.key, "leads!A1") != "lead_id" or "goal_actuals" not in titles
