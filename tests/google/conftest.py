"""In this folder every reply of a stand-in is held against Google's schemas as it leaves."""

import json
import time

import pytest

from tests.google import standin
from tests.google.schema import bodies_of, complaints


class Clock:
    """A clock that stands until told."""

    def __init__(self):
        self.now = time.time()

    def __call__(self):
        return self.now


def checked(google):
    """The same stand-in; a reply that doesn't fit its schema fails the test when the stand-in closes."""
    reply = google.api.reply

    def checking(method, path, *rest):
        told = reply(method, path, *rest)
        api, _, schema = bodies_of(method, path)
        assert complaints(json.loads(told), schema, api) == []
        return told

    google.api.reply = checking
    return google


@pytest.fixture
def google():
    with standin.google() as fresh:
        yield checked(fresh)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def slow_google(clock):
    """A stand-in whose time the test moves."""
    with standin.google(clock) as fresh:
        yield checked(fresh)
