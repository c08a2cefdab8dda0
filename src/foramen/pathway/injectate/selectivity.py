"""How selective a block of this volume still is, as published."""

SELECTIVE_SHARE = {0.2: 0.788, 0.6: 0.333, 1.2: 0.06}
"""Share of blocks that reached one root alone, by volume of contrast in mL (Singh, Pain Physician 2015;18:101)."""


def expected_selectivity(volume_ml: float) -> str:
    """What was published for the volumes around this one, in words; nothing is interpolated.

    Examples
    --------
    >>> expected_selectivity(0.6)
    '33.3 % reached one root alone with 0.6 mL'
    >>> expected_selectivity(1.0)
    '33.3 % and 6 % reached one root alone with 0.6 and 1.2 mL'
    """
    below = [volume for volume in SELECTIVE_SHARE if volume <= volume_ml]
    above = [volume for volume in SELECTIVE_SHARE if volume >= volume_ml]
    around = sorted({*below[-1:], *above[:1]})
    shares = " and ".join(f"{SELECTIVE_SHARE[volume] * 100:.3g} %" for volume in around)
    return f"{shares} reached one root alone with {' and '.join(f'{volume:g}' for volume in around)} mL"
