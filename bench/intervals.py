"""Wilson's score interval: between which bounds a share may lie that was seen `right` times in `n`.

E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
(1927); R. G. Newcombe, Statistics in Medicine 17 (1998), method 3. Unlike the textbook interval it
stays within 0 and 1, and says something where all or none were right.
"""

from math import sqrt

Z_95 = 1.959963984540054
"""Quantile 0.975 of the normal distribution: 95 % two-sided."""


def wilson(right: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """Lower and upper bound (0 to 1) of the share; without an observation nothing is known."""
    if not 0 <= right <= n:
        raise ValueError(f"{right} of {n} is no share")
    if n == 0:
        return 0.0, 1.0
    share, square = right / n, z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = z * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    low = 0.0 if right == 0 else middle - half
    return low, 1.0 if right == n else middle + half
