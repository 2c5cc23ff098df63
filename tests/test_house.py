"""The house rules that a reader relies on: who may import whom, where pages stand, what no file may say."""

import ast
import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
ROOMS = ("pages", "components", "data_sources", "documents", "scorecard")

# What each room may import of ours. A file that may do more is named with its path.
ARROWS = {
    "app.py": {"components", "scorecard"},
    "pages": {"components", "scorecard"},
    "components": {"components", "scorecard"},
    "components/live.py": {"components", "scorecard", "data_sources"},
    "components/exports.py": {"components", "scorecard", "documents"},
    "components/uploads.py": {"components", "scorecard", "data_sources"},
    "components/writes.py": {"components", "scorecard", "data_sources"},
    "data_sources": {
        "data_sources",
        "scorecard.contract",
        "scorecard.dataset",
        "scorecard.problems",
        # what makes the small tables readable, and a store of our own fast
        "scorecard.small",
        "scorecard.cells",
        "scorecard.clock",
        "scorecard.settings",
        "scorecard.prepared",
        # what the configuration says about who may do what
        "scorecard.roles",
        # what somebody intends to change, for those that write it
        "scorecard.edits",
        "scorecard.target_moves",
        # what sign-offs are bound to, so that the demo company's are real ones
        "scorecard.terms",
        # what the spreadsheet template is, for those that write it
        "scorecard.template",
    },
    "documents": {
        "documents",
        "scorecard",
        # the same charts, in the same colours and words; all of it without Streamlit
        "components.charts",
        "components.downloads",
        "components.numbers",
        "components.readings",
        "components.text",
        "components.theme",
    },
    "scorecard": {"scorecard"},
    "scorecard/__main__.py": {"scorecard", "data_sources", "documents"},
}
WITHOUT_STREAMLIT = (
    "data_sources/",
    "documents/",
    "scorecard/",
    # what documents are made with, too
    "components/charts/",
    "components/downloads.py",
    "components/numbers.py",
    "components/readings.py",
    "components/text.py",
    "components/theme.py",
)
NEEDS_NO_UPPER_BOUND = {"tzdata"}

# Written so that this file doesn't contain them.
FORBIDDEN_ANYWHERE = {
    "a folder of one machine": r"(?<![\w.~-])/(?:work|root|Users|home/\w+)/",
    "a package index of one's own": r"--(?:extra-)?index-u[r]l|--find-l[i]nks|--trusted-h[o]st",
}
FORBIDDEN_OUTSIDE_TESTS = {"data that isn't in the project": r"\bshared/d[a]ta"}


def test_rooms_import_only_what_the_arrows_allow():
    assert broken_arrows(ROOT) == []


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        ("pages/a/overview.py", "from data_sources import demo", "imports data_sources.demo"),
        ("pages/a/overview.py", "from pages.b import other", "imports pages.b.other"),
        ("components/tiles.py", "import data_sources.database", "imports data_sources.database"),
        ("components/deep/tiles.py", "def f():\n    import data_sources", "imports data_sources"),
        ("components/tiles.py", "import_module('data_sources.demo')", "imports data_sources.demo"),
        ("data_sources/database.py", "from scorecard import metrics", "imports scorecard.metrics"),
        ("data_sources/database.py", "import scorecard", "imports scorecard"),
        ("data_sources/database.py", "from components.live import watch", "imports components.live.watch"),
        ("data_sources/database.py", "import streamlit as st", "imports streamlit"),
        ("components/charts/rates.py", "import streamlit as st", "imports streamlit"),
        ("documents/pdf.py", "from components import tables", "imports components.tables"),
        ("documents/pdf.py", "from data_sources import demo", "imports data_sources.demo"),
        ("scorecard/metrics.py", "from data_sources import demo", "imports data_sources.demo"),
        ("scorecard/metrics.py", "from streamlit.errors import Error", "imports streamlit.errors.Error"),
        ("scorecard/metrics.py", "from ..components import tiles", "imports components.tiles"),
        ("scorecard/metrics.py", "import tests.servers", "imports tests.servers"),
        ("app.py", "import data_sources.demo", "imports data_sources.demo"),
    ],
)
def test_a_broken_arrow_is_found(tmp_path, file, line, complaint):
    write(tmp_path / file, line)
    assert broken_arrows(tmp_path) == [f"{file} {complaint}"]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("components/live.py", "from data_sources import demo"),
        ("components/tiles.py", "from components.charts import bullet\nimport scorecard.metrics"),
        ("data_sources/database.py", "from scorecard.contract import TABLES\nfrom scorecard import problems"),
        ("scorecard/__main__.py", "from data_sources import workbook"),
        ("documents/chapters/goals.py", "from components import charts\nfrom scorecard import goal_tree"),
        ("scorecard/metrics.py", "from . import measures\nfrom .periods import Period\nimport sqlalchemy"),
        ("pages/a/overview.py", "import streamlit as st\nfrom components import page"),
    ],
)
def test_an_arrow_of_the_plan_is_left_alone(tmp_path, file, line):
    write(tmp_path / file, line)
    assert broken_arrows(tmp_path) == []


def test_titles_of_sections_are_written_in_one_place():
    """So that all are one step under the page's: st.subheader is two."""
    drawing = [*(ROOT / "pages").glob("*/*.py"), *(ROOT / "components").glob("*.py")]
    own = [f for f in drawing if re.search(r"st\.(sub)?header\(", f.read_text())]
    assert [file.name for file in own] == ["tiles.py"]


def test_pages_stand_one_level_down_under_names_of_their_own():
    assert misplaced_pages(ROOT) == []


@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        ("pages/overview.py", "stands directly in pages/"),
        ("pages/a/b/overview.py", "stands deeper than pages/<area>/"),
        ("pages/a/scorecard.py", "bears the name of a package"),
        ("pages/a/1_pandas.py", "bears the name of a package"),
    ],
)
def test_a_misplaced_page_is_found(tmp_path, file, complaint):
    write(tmp_path / file, "")
    assert misplaced_pages(tmp_path) == [f"{file} {complaint}"]


def test_two_pages_never_share_an_address(tmp_path):
    write(tmp_path / "pages/a/overview.py", "")
    write(tmp_path / "pages/b/overview.py", "")
    assert misplaced_pages(tmp_path) == ["pages/b/overview.py has the address of pages/a/overview.py"]


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_have_bounds_and_a_reason(file):
    assert loose_requirements((ROOT / file).read_text()) == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("pandas  # frames", "pandas has no bounds"),
        ("pandas>=3  # frames", "pandas has no upper bound"),
        ("pandas<4  # frames", "pandas has no lower bound"),
        ("pandas>=3,<4", "pandas has no reason"),
    ],
)
def test_a_loose_requirement_is_found(line, complaint):
    assert loose_requirements(f"# A heading\n-r other.txt\ntqdm==4.70.1  # progress\n{line}\n") == [complaint]


def test_no_file_says_where_it_was_written():
    assert telltale_lines(ROOT, project_files(ROOT)) == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("docs/a.md", "see /" + "work/notes"),
        ("tests/a.py", "open('/" + "home/ana/x')"),
        ("Makefile", "pip install --index" + "-url x"),
        ("scorecard/a.py", "read('../shared" + "/data/x.csv')"),
    ],
)
def test_a_telltale_line_is_found(tmp_path, file, text):
    write(tmp_path / file, f"first\n{text}\n")
    assert [line.split(" ")[0] for line in telltale_lines(tmp_path, [tmp_path / file])] == [f"{file}:2"]


def test_an_address_on_the_web_is_no_telltale(tmp_path):
    write(tmp_path / "README.md", "https://example.com/work/home/ and docs/work/")
    assert telltale_lines(tmp_path, [tmp_path / "README.md"]) == []


def broken_arrows(root: Path) -> list[str]:
    return [
        f"{file.relative_to(root).as_posix()} imports {name}"
        for file in our_python(root)
        for name in imports_of(file, root)
        if not may_import(file.relative_to(root).as_posix(), name)
    ]


def our_python(root: Path) -> list[Path]:
    found = [root / "app.py"] if (root / "app.py").exists() else []
    return found + sorted(file for room in ROOMS for file in (root / room).rglob("*.py"))


def may_import(file: str, name: str) -> bool:
    room = file.split("/", maxsplit=1)[0]
    if is_within(name, "streamlit"):
        return not file.startswith(WITHOUT_STREAMLIT)
    is_ours = any(is_within(name, top) for top in (*ROOMS, "app", "tests", "bench"))
    allowed = ARROWS.get(file, ARROWS[room])
    return not is_ours or any(is_within(name, part) for part in allowed)


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def imports_of(file: Path, root: Path) -> Iterator[str]:
    """Dotted names, wherever in the file they are imported: `from a import b` gives a.b."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = absolute(node, file.relative_to(root))
            yield from (f"{start}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call):
            yield from imported_by_call(node)


def absolute(node: ast.ImportFrom, file: Path) -> str:
    """The module after `from`, its dots resolved: `..b` in a/c/d.py is a.b. Too many dots end at the root."""
    above = file.parts[: max(len(file.parts) - node.level, 0)] if node.level else ()
    return ".".join([*above, *([node.module] if node.module else [])])


def imported_by_call(node: ast.Call) -> Iterator[str]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in {"import_module", "__import__"} and node.args and isinstance(node.args[0], ast.Constant):
        yield str(node.args[0].value)


def misplaced_pages(root: Path) -> list[str]:
    complaints, addresses = [], {}
    for file in sorted((root / "pages").rglob("*.py")):
        name = file.relative_to(root).as_posix()
        if complaint := misplacement(file.relative_to(root / "pages")):
            complaints.append(f"{name} {complaint}")
        elif (first := addresses.setdefault(address(file), name)) != name:
            complaints.append(f"{name} has the address of {first}")
    return complaints


def misplacement(page: Path) -> str | None:
    if len(page.parts) == 1:
        return "stands directly in pages/"
    if len(page.parts) > 2:
        return "stands deeper than pages/<area>/"
    if address(page) in {*ROOMS, *packages_distributions()}:
        return "bears the name of a package"
    return None


def address(page: Path) -> str:
    """Streamlit leaves a leading number out of a page's address."""
    return re.sub(r"^\d+[_ -]*", "", page.stem)


def loose_requirements(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "-r "))]
    return [f"{name} has no {lack}" for name, lack in map(what_is_loose, lines) if lack]


def what_is_loose(line: str) -> tuple[str, str | None]:
    written, _, reason = line.partition("#")
    requirement = Requirement(written)
    operators = {bound.operator for bound in requirement.specifier}
    if not operators:
        return requirement.name, "bounds"
    if not operators & {">=", "==", "~="}:
        return requirement.name, "lower bound"
    if not operators & {"<", "==", "~="} and requirement.name not in NEEDS_NO_UPPER_BOUND:
        return requirement.name, "upper bound"
    return requirement.name, None if reason.strip() else "reason"


def project_files(root: Path) -> list[Path]:
    """What git keeps or would keep; without git, everything but hidden folders."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the user's git
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return [root / name for name in listed.stdout.split("\0") if name and (root / name).is_file()]
    return [
        file
        for file in root.rglob("*")
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(root).parts[:-1])
    ]


def telltale_lines(root: Path, files: list[Path]) -> list[str]:
    return [
        f"{file.relative_to(root).as_posix()}:{number} holds {what}"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        for what, pattern in forbidden_in(file.relative_to(root)).items()
        if re.search(pattern, line)
    ]


def forbidden_in(file: Path) -> dict[str, str]:
    in_tests = file.parts[0] == "tests"
    return FORBIDDEN_ANYWHERE if in_tests else FORBIDDEN_ANYWHERE | FORBIDDEN_OUTSIDE_TESTS


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
