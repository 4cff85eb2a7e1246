"""Upper bounds of rates whose trials come in clusters: several trials of one kernel are not as
many witnesses as trials of several kernels.

The bound is the larger of two. Clopper and Pearson's, on as many independent trials as the
clustered ones are worth (their number divided by the design effect 1 + (m - 1) rho, with rho the
intra-cluster correlation of one-way analysis of variance, never below 0). And the 95th percentile
of the rate when whole clusters are drawn with replacement. Without a single failure there is
nothing to see a correlation in: then the first is that of independent trials, 3 / n, and the
bound that takes each cluster for one trial is to be printed beside it.
"""
import math
import random

CONFIDENCE = 0.95
DRAWS = 2000


def binomial_at_most(failures, n, rate):
    return sum(math.comb(n, k) * rate**k * (1 - rate)**(n - k) for k in range(failures + 1))


def exact_upper(failures, n, confidence=CONFIDENCE):
    """Clopper and Pearson, one-sided: the rate at which so few failures are as rare as 5 %."""
    if n == 0 or failures >= n:
        return 1.0
    low, high = failures / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if binomial_at_most(failures, n, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def exact_lower(successes, n, confidence=CONFIDENCE):
    return 1 - exact_upper(n - successes, n, confidence)


def design_effect(clusters):
    """Of lists of 0 and 1, one a cluster."""
    clusters = [c for c in clusters if c]
    n, k = sum(map(len, clusters)), len(clusters)
    failures = sum(map(sum, clusters))
    if k < 2 or n == k or failures in (0, n):
        return 1.0
    overall = failures / n
    between = sum(len(c) * (sum(c) / len(c) - overall)**2 for c in clusters) / (k - 1)
    within = sum(sum((x - sum(c) / len(c))**2 for x in c) for c in clusters) / (n - k)
    size = (n - sum(len(c)**2 for c in clusters) / n) / (k - 1)
    rho = (between - within) / (between + (size - 1) * within)
    mean_size = sum(len(c)**2 for c in clusters) / n
    return 1 + (mean_size - 1) * max(0.0, rho)


def bootstrap_upper(clusters, confidence=CONFIDENCE, seed=1):
    clusters = [c for c in clusters if c]
    draw = random.Random(seed)
    rates = []
    for _ in range(DRAWS):
        drawn = [draw.choice(clusters) for _ in clusters]
        rates.append(sum(map(sum, drawn)) / sum(map(len, drawn)))
    return sorted(rates)[math.ceil(confidence * DRAWS) - 1]


def clustered_upper(clusters):
    """The bound of the head of this file, of lists of 0 and 1."""
    clusters = [c for c in clusters if c]
    if not clusters:
        return 1.0
    n, failures = sum(map(len, clusters)), sum(map(sum, clusters))
    effect = design_effect(clusters)
    # Rounded to what is worse, as trials are counted.
    worth = max(1, math.floor(n / effect))
    exact = exact_upper(min(worth, math.ceil(failures / effect)), worth)
    return exact if failures == 0 else max(exact, bootstrap_upper(clusters))


def upper_of_clusters(clusters):
    """Each cluster for one trial, failed when any of its trials has."""
    clusters = [c for c in clusters if c]
    return exact_upper(sum(any(c) for c in clusters), len(clusters))
