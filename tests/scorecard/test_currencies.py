"""Which currency a written amount names."""

import pytest

from scorecard.currencies import contradiction, named, without


@pytest.mark.parametrize(
    ("text", "currencies"),
    [
        ("1.200,50 €", {"EUR"}),
        ("USD 15,000.00", {"USD"}),
        ("15 000 CHF", {"CHF"}),
        ("R$ 99", {"BRL"}),
        ("-US$5", {"USD"}),
        ("(£ 12)", None),
        ("120 kr", {"SEK", "NOK", "DKK", "ISK"}),
        ("1200", set()),
        ("ABC 12", set()),
        ("", set()),
    ],
)
def test_a_sign_or_code_names_currencies(text, currencies):
    found = named(text)
    assert "GBP" in found if currencies is None else found == currencies


@pytest.mark.parametrize("text", ["R$99", "99zł", "US$99", "EUR99", "99€", "$99", "99kr"])
def test_an_amount_is_left_without_its_currency(text):
    assert without(text) == "99"


def test_another_currency_is_said_and_the_same_is_not():
    assert contradiction("$5", "USD") is None
    assert contradiction("5", "EUR") is None
    what, instead = contradiction("5 USD", "EUR")
    assert what == "the cell says USD, and this amount counts in EUR."
    assert instead == "Write the amount in EUR, or say USD in the column currency."
