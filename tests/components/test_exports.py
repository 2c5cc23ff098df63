"""Files from the app: made once for all who ask the same, and the same as the command line writes."""

import threading
import time

from components import exports
from documents.exporting import Export
from scorecard import periods, small
from scorecard.clock import AsOf
from scorecard.scopes import EVERYTHING
from tests.scorecard.builders import Company, lead


def test_a_file_is_made_once_however_many_ask_at_the_same_time():
    shelf, made = exports._Shelf(), []

    def make():
        time.sleep(0.05)
        made.append(1)
        return b"file"

    asking = [threading.Thread(target=shelf.get, args=("a", make)) for _ in range(5)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert (len(made), shelf.get("a", make), len(made)) == (1, b"file", 1)


def test_what_failed_is_tried_again_and_old_files_make_room():
    shelf = exports._Shelf()

    def fail():
        raise ValueError

    for make in (fail, lambda: b"now"):
        try:
            found = shelf.get("a", make)
        except ValueError:
            found = None
    assert found == b"now"
    for number in range(exports._KEPT):
        shelf.get(str(number), lambda: b"x")
    assert shelf.get("a", lambda: b"anew") == b"anew"


def test_a_file_of_the_app_is_that_of_the_command(tmp_path):
    dataset = Company(tmp_path / "c.db", leads=[lead("a", source="Fair"), lead("b", source="Web")]).dataset
    period, as_of = periods.parse("2026-Q4"), AsOf.parse("2026-11-20", small.settings(dataset).zone)
    file = exports._file("csv", dataset, period, as_of, period.previous(), EVERYTHING)
    assert file == Export(dataset, period, as_of).file("csv")
