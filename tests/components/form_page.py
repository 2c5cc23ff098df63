"""A page with two forms, as AppTest runs it: one for a new row, one that alters a row."""

from components import forms
from components.forms import Field
from components.page import open_page
from components.sections import section
from scorecard import small
from scorecard.roles import Act

view = open_page("tell", "What do you want to say?", filters=False, period=False, compare=False)


def tell(_, now):
    forms.form(
        now, "tell", act=Act.FEEDBACK, table="feedback",
        fields=(
            Field("kind", "What is it?", required=True),
            (Field("to_person", "To"), Field("due", "By when")),
            Field("text", "What do you want to say?", required=True),
            Field("rating", "How good are these leads?"),
        ),
        fixed={"status": "open"}, submit="Send", thanks="Thank you.",
    )  # fmt: skip


def answer(row, now):
    if row is not None:
        forms.form(
            now, "answer", act=Act.FEEDBACK, table="feedback", row=row,
            fields=(Field("status", "How far is it?"), Field("response", "Answer")), submit="Answer",
            thanks="Answered.",
        )  # fmt: skip


section(view, "tell", lambda now: small.rows(now.dataset, "feedback"), tell)
section(view, "answer", lambda now: next(iter(small.rows(now.dataset, "feedback")), None), answer)
