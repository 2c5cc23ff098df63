"""A pack between readings and files: chapters of topics of blocks, every figure still a number with its unit.

It is made once, from the same readings as the pages (`documents.contents`), and written three ways: `pdf`,
`slides`, `workbook`. Nothing here knows a file format; whatever the data say is only text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Concatenate, Final, Literal, ParamSpec, TypeVar

from components.charts import Figure
from components.theme import Tone
from scorecard import small, words
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.periods import Period
from scorecard.rows import Row
from scorecard.scopes import EVERYTHING, Filter
from scorecard.settings import Settings
from scorecard.status import Status
from scorecard.words import Sentence

P = ParamSpec("P")
T = TypeVar("T")
Kind = Literal["text", "name", "number", "percent", "currency", "hours", "days", "points", "date", "badge"]
Progress = Callable[[str], None]  # told what is done next

NUMERIC: Final[frozenset[Kind]] = frozenset(
    ("number", "percent", "currency", "hours", "days", "points", "date")
)


class Memory:
    """Works out each reading once, as long as it is kept; arguments are told apart by their repr."""

    def __init__(self) -> None:
        self._found: dict[str, object] = {}

    def __call__(
        self, function: Callable[..., T], dataset: Dataset, *args: object, **kwargs: object
    ) -> object:
        """What the function says of the dataset."""
        key = f"{function.__module__}.{function.__qualname__} {args!r} {sorted(kwargs.items())!r}"
        if key not in self._found:
            self._found[key] = function(dataset, *args, **kwargs)
        return self._found[key]


@dataclass(frozen=True)
class Asked:
    """What a pack is about: the data in one state, as they look from `as_of`, for a period and a filter.

    `remember` works a reading out, or gives the one that somebody worked out before.
    """

    dataset: Dataset
    period: Period
    as_of: AsOf
    compare: Period | None = None
    where: Filter = EVERYTHING
    remember: Callable[..., object] = field(default_factory=Memory, repr=False, compare=False)

    @property
    def settings(self) -> Settings:
        return small.settings(self.dataset)

    @property
    def formats(self) -> Formats:
        return Formats.of(self.settings)

    def get(self, function: Callable[Concatenate[Dataset, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a pure function of the data says."""
        found: T = self.remember(function, self.dataset, *args, **kwargs)  # type: ignore[assignment]  # as asked
        return found


# --- cells ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure with a unit of its own, for columns whose rows are measured differently."""

    value: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as icon, word and tone."""

    icon: str
    word: str
    tone: Tone

    def __str__(self) -> str:
        return f"{self.icon} {self.word}".strip()


Cell = str | float | int | date | Amount | Badge | None


def badge(status: Status | None) -> Badge | None:
    """A status as a cell."""
    return None if status is None else Badge(status.icon, status.word, status.tone)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, what its cells are, and its share of the width beside the others.

    Cells of kind `name` come from the data and are in the organisation's language, those of `text` are ours.
    """

    title: str
    kind: Kind = "text"
    wide: float = 1.0


# --- blocks -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grid:
    """A table; `depths` indents the first column. Its title stands where it isn't the topic's."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    depths: tuple[int, ...] = ()


@dataclass(frozen=True)
class Series:
    """Numbers by category; `tones` one by one where they differ, `low` and `high` their intervals.

    Bars that are `hollow` are outlined only.
    """

    name: str
    values: tuple[float | None, ...]
    tone: Tone = "neutral"
    tones: tuple[Tone, ...] = ()
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    hollow: bool = False


@dataclass(frozen=True)
class Native:
    """The same chart in a form that office programs draw themselves, so that it can be restyled.

    `bars` and `stacked` lie; `lines` run along the categories, or `days` where these are given; `steps` run
    along the numbers `across`; `spans` lie too, each from its one of `days` on, as many days long as
    its value.
    """

    kind: Literal["bars", "stacked", "lines", "steps", "spans"]
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = "number"
    across: tuple[float, ...] = ()
    days: tuple[date, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """A chart under its name, whose figures are its table; `half` of them stand beside each other."""

    name: str
    figure: Figure
    native: Native
    title: str = ""
    half: bool = False


@dataclass(frozen=True)
class Tile:
    """A figure that matters by itself; `text` is how it is written, or in words why there is none.

    The small lines under it are what it takes to believe it.
    """

    name: str
    value: float | None
    kind: Kind
    text: str
    team: str | None = None
    status: Badge | None = None
    fine: tuple[str, ...] = ()
    faint: bool = False


@dataclass(frozen=True)
class Tiles:
    """Tiles beside each other."""

    items: tuple[Tile, ...]


@dataclass(frozen=True)
class Says:
    """Sentences: a list of points, or small print."""

    sentences: tuple[Sentence, ...]
    small: bool = False


@dataclass(frozen=True)
class Facts:
    """Terms and what they say."""

    pairs: tuple[tuple[str, str], ...]


Block = Grid | Drawing | Tiles | Says | Facts


@dataclass(frozen=True)
class Topic:
    """One idea: a title, the sentence it comes to, and the blocks that show it.

    `metrics` are those whose definitions a reader may want beside it; an annex is there to look things up
    in, not to talk about. One that is `whole` is read as one picture: it goes on one page where it fits.
    """

    title: str
    blocks: tuple[Block, ...]
    says: tuple[Sentence, ...] = ()
    badges: tuple[Badge, ...] = ()
    metrics: tuple[str, ...] = ()
    annex: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Chapter:
    """One page's question, its answer, and the topics that show it; `key` is the page's address."""

    key: str
    title: str
    question: str
    verdict: tuple[Sentence, ...]
    topics: tuple[Topic, ...] = ()
    annex: bool = False

    def drawings(self) -> list[Drawing]:
        """Its charts, in order."""
        return [block for topic in self.topics for block in topic.blocks if isinstance(block, Drawing)]


@dataclass(frozen=True)
class Definition:
    """What a word or a mark means."""

    name: str
    means: str
    badge: Badge | None = None


@dataclass(frozen=True)
class Pack:
    """The whole document. `rows` is the report, every figure of it; `day` stands for when it was made."""

    organisation: str
    period: str
    period_name: str
    as_of: str
    source: str
    narrowed: str
    day: date
    formats: Formats
    verdict: tuple[Sentence, ...]
    chapters: tuple[Chapter, ...]
    definitions: tuple[Definition, ...]
    rows: tuple[Row, ...]

    @property
    def title(self) -> str:
        """'Halden & Pike: scorecard of marketing and sales, Q4 2026'."""
        whose = f"{self.organisation}: s" if self.organisation else "S"
        return f"{whose}corecard of marketing and sales, {self.period_name}"

    @property
    def foot(self) -> str:
        """What stands on every page: since when, and from where, the figures are."""
        only = f" · Only: {self.narrowed}" if self.narrowed else ""
        return f"As of {self.as_of} · Source: {self.source}{only}"

    def drawings(self) -> list[Drawing]:
        """Every chart, in order."""
        return [drawing for chapter in self.chapters for drawing in chapter.drawings()]


# --- what chapters share ----------------------------------------------------------------------------------


def says(*texts: str | Sentence, small: bool = False) -> tuple[Says, ...]:
    """The texts as a block; nothing where none says anything."""
    told = tuple(words.sentence(text) if isinstance(text, str) else text for text in texts if text)
    return (Says(told, small),) if told else ()


def when_any(blocks: Sequence[Block], title: str, **more: object) -> tuple[Topic, ...]:
    """A topic of these blocks; nothing where there are none."""
    return (Topic(title, tuple(blocks), **more),) if blocks else ()  # type: ignore[arg-type]  # Topic's own fields


def unfilled(key: str, title: str, question: str, nothing: tuple[str, str]) -> Chapter:
    """The chapter of a page that has nothing to show yet: what is missing, and what to fill."""
    missing, todo = nothing
    return Chapter(key, title, question, (), (Topic(missing, says(todo)),))


def chunks(items: Sequence[T], most: int) -> list[Sequence[T]]:
    """The items in pieces of nearly the same size, at most so many each."""
    count = -(-len(items) // most)
    if count == 0:
        return []
    size = -(-len(items) // count)
    return [items[i : i + size] for i in range(0, len(items), size)]
