"""What the soak says of a process and of spreads."""

import os
from pathlib import Path

import pytest

from chaos import process
from chaos.__main__ import parsed
from chaos.process import Sample

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc on this system")


def samples(*memory):
    """One a minute; half a core is used."""
    return [Sample(60.0 * n, 30.0 * n, mb, 9, 40) for n, mb in enumerate(memory)]


@needs_proc
def test_a_process_is_measured_as_the_kernel_counts_it():
    with Path(__file__).open():
        before = process.sample(os.getpid())
    held = bytearray(64 * 2**20)
    after = process.sample(os.getpid())
    assert len(held) == 64 * 2**20
    assert 50 < after.memory - before.memory < 80
    assert after.files == before.files - 1
    assert after.cpu >= before.cpu > 0


@needs_proc
def test_a_port_that_no_app_serves_is_told():
    with pytest.raises(LookupError, match="port 1"):
        process.of_port(1)


def test_growth_is_that_of_the_second_half():
    assert process.growth(samples(0, 50, 90, 100, 101, 102, 103, 104)) == pytest.approx(60)
    assert process.growth(samples(1, 2, 3)) is None


def test_cpu_is_a_share_of_one_core():
    assert process.cpu_percent(samples(1, 2, 3)) == pytest.approx(50)


def test_the_commands_have_the_documented_defaults():
    run, soak = parsed(["run"]), parsed(["soak"])
    assert (run.seconds, run.seed) == (120, 1)
    assert (soak.seconds, soak.viewers, soak.every) == (600, 50, 20)
