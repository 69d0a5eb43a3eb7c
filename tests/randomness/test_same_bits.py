"""Plain Python, arrays and Numba give the same bits, those on record, whatever the processor offers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.people import chance
from tests.randomness import bits

HERE = Path(__file__).parent
TOP = HERE.parent.parent
ON_RECORD = json.loads((HERE / "digest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def arrays():
    return bits.array_values()


@pytest.mark.parametrize("form", ["scalar", "compiled"])
def test_every_form_gives_the_same_bits(arrays, form):
    others = bits.FORMS[form]()
    assert list(others) == list(arrays)
    for name, values in arrays.items():
        different = np.flatnonzero(values.view(np.uint64) != others[name].view(np.uint64))
        assert different.size == 0, f"{name}: {different.size} differ, first at place {different[:1]}"


def test_the_bits_are_those_on_record():
    assert bits.digests("array") == ON_RECORD


def test_the_bits_do_not_depend_on_processor_features():
    has = bits.processor_features()
    leave = [name for name in bits.dispatched_features() if has.get(name)]
    environment = {
        **os.environ,
        "NPY_DISABLE_CPU_FEATURES": " ".join(leave),
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX2_Usable,-FMA,-FMA_Usable,-FMA4",
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
        "PYTHONPATH": str(TOP),
        "PYTHONHASHSEED": "12345",
    }
    run = subprocess.run(
        [sys.executable, str(HERE / "bits.py")],
        cwd=TOP,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert not [name for name in leave if report["features"][name]], "the features were not switched off"
    assert report["digests"] == dict.fromkeys(bits.FORMS, ON_RECORD)


def test_compiled_hash_is_right_for_signed_and_literal_arguments():
    import numba

    from sim.people.compiled_chance import c_mix, c_uniform

    @numba.njit
    def in_a_kernel(key, visit):
        return c_uniform(key, 3, visit, 7)

    base = chance.root_key(5, 0, chance.Kind.WORLD)
    # A key that a signed number cannot hold.
    key = next(key for key in (chance.entity_key(base, entity) for entity in range(99)) if key >= 1 << 63)
    assert in_a_kernel(np.uint64(key), np.int64(4)) == chance.uniform(key, 3, 4, 7)
    signed = np.array([key], dtype=np.uint64).view(np.int64)[0]
    assert int(c_mix(signed)) == chance.mix(key)


def test_mix_is_splitmix64():
    state, outputs = 1234567, []
    for _ in range(5):
        state = (state + chance.GOLDEN) & chance.MASK
        outputs.append(chance.mix(state))
    # The published first outputs of splitmix64 for seed 1234567.
    assert outputs == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


@pytest.mark.parametrize("form", ["ln", "exp", "ndtri"])
def test_array_forms_keep_the_shape_and_take_an_empty_array(form):
    from sim.people import mathematics

    function = getattr(mathematics, f"{form}_array")
    assert function(np.full((3, 2), 0.3)).shape == (3, 2)
    assert function(np.empty(0)).shape == (0,)
