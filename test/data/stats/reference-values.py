"""Writes reference-values.json: random tables and what SciPy and mpmath make of them.

Run once, with `pip install scipy mpmath`:  python reference-values.py
Chi-square and the p-values come from scipy.stats; G from mpmath; binomial tails from mpmath, summed term by term with 40
digits, because SciPy's own are off by up to 5e-9 for small probabilities and many trials.
"""

import json
import random
from pathlib import Path

import mpmath as mp
from scipy import stats

random.seed(20261121)
mp.mp.dps = 40


def table(i):
    """Counts and expected counts: 2 to 8 cells, totals up to 1e9, expected counts down to 1e-3."""
    k = random.randint(2, 8)
    n = int(10 ** random.uniform(0.5, 9))
    weights = [10 ** random.uniform(-2.5, 0) for _ in range(k)]
    smallest = 1e-3 / n
    if i % 4 == 0:
        weights[0] = smallest * 10 ** random.uniform(0, 3)
    total = sum(weights)
    p = [w / total for w in weights]
    expected = [n * q for q in p]
    strength = random.choice([0, 0.5, 1, 2, 3])
    observed = [max(0, round(e + random.gauss(0, 1) * strength * e**0.5)) for e in expected]
    if sum(observed) == 0:
        observed[-1] = 1
    rest = sum(observed)
    return observed, [rest * q for q in p]


def goodness_of_fit():
    rows = []
    for i in range(1000):
        observed, expected = table(i)
        if min(expected) < 1e-3:
            scale = 1e-3 / min(expected)
            expected = [max(e, 1e-3) for e in expected]
            factor = sum(observed) / sum(expected)
            expected = [e * factor for e in expected]
        pearson = stats.power_divergence(observed, expected, lambda_="pearson")
        df = len(observed) - 1
        # SciPy's plain sum is off by 1e-7 at a billion, from the last bit of the expected total.
        unit = mp.mpf(sum(observed)) / mp.fsum(mp.mpf(e) for e in expected)
        g = sum(2 * o * mp.log(o / (unit * mp.mpf(e))) for o, e in zip(observed, expected) if o)
        rows.append(
            {
                "observed": observed,
                "expected": expected,
                "statistic": float(pearson.statistic),
                "pValue": float(stats.chi2.sf(pearson.statistic, df)),
                "g": float(g),
                "gPValue": float(stats.chi2.sf(float(g), df)),
            }
        )
    return rows


def tails(x, n, p):
    p = mp.mpf(p)
    q = 1 - p
    point = mp.exp(
        mp.loggamma(n + 1) - mp.loggamma(x + 1) - mp.loggamma(n - x + 1) + x * mp.log(p) + (n - x) * mp.log(q)
    )
    total, term, k = mp.mpf(0), mp.mpf(1), x
    upward = x >= n * p
    while term > total * mp.mpf("1e-25"):
        total += term
        if k == (n if upward else 0):
            break
        term *= p * (n - k) / (q * (k + 1)) if upward else q * k / (p * (n - k + 1))
        k += 1 if upward else -1
    near = total * point
    return (1 - near + point, near) if upward else (near, 1 - near + point)


def binomial():
    rows = []
    for i in range(300):
        n = int(10 ** random.uniform(0.3, 9 if i % 5 == 0 else 6))
        p = random.choice([0.6, 0.1, 0.01, 0.001, 0.3, 0.5, 1e-5, 1e-8, 0.99, 0.9999])
        deviation = (n * p * (1 - p)) ** 0.5
        x = max(0, min(n, round(n * p + random.gauss(0, 3) * deviation)))
        lower, upper = tails(x, n, p)
        rows.append({"x": x, "n": n, "p": p, "lower": float(lower), "upper": float(upper)})
    return rows


def continuous():
    rows = []
    for _ in range(100):
        df1, df2 = random.choice([1, 2, 4]), random.choice([7, 31, 62, 124, 1000])
        f = 10 ** random.uniform(-3, 1.5)
        d, alpha = random.choice([3, 7, 31, 63, 1000]), 10 ** random.uniform(-9, -0.4)
        dfn, x, lam = random.choice([1, 2, 4, 7]), 10 ** random.uniform(-1, 2.3), 10 ** random.uniform(-2, 2.3)
        rows.append(
            {
                "f": [f, df1, df2, float(stats.f.sf(f, df1, df2))],
                "t": [alpha, d, float(stats.t.isf(alpha, d))],
                "normal": [alpha, float(stats.norm.isf(alpha))],
                "noncentral": [x, dfn, lam, float(stats.ncx2.sf(x, dfn, lam)), float(stats.ncx2.cdf(x, dfn, lam))],
            }
        )
    return rows


content = {"goodnessOfFit": goodness_of_fit(), "binomial": binomial(), "continuous": continuous()}
Path(__file__).with_name("reference-values.json").write_text(json.dumps(content) + "\n")
