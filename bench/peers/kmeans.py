"""k-means of regio beside scikit-learn: the same data, starts and stopping rule, in turns, in one run.

kmeans.py <program kmeans_peer> <file to write, Markdown>

regio uses all cores; scikit-learn runs with all cores and with one, and its better time counts. Each batch is timed in
turns; the best of each is compared and the spread shown. Core time is what all threads of a process worked, time on the
clock includes waiting for cores that others use.
"""

import platform
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from kmeans_file import Problem, read_fits, write_problems
from measurement import PAUSE, Program, duration, processor, timed, write_page
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

warnings.filterwarnings("ignore")
ROUNDS = 10
SILHOUETTE_ROUNDS = 3
MOST_PEER_FITS = 100  # scikit-learn fits the first of a batch only; its time for one fit does not depend on the others


class Work:
    def __init__(self, name, problems):
        self.name, self.problems = name, problems
        self.own, self.peer, self.models = [], [], []  # seconds on the clock and of core time in each round

    def fit_peers(self):
        self.models = [problem.peer() for problem in self.problems[:MOST_PEER_FITS]]


class Silhouette:
    """The silhouette of the first fit of a batch, in each library with its own labels."""

    def __init__(self, name, work):
        self.name, self.points, self.labels = name, work.problems[0].points, work.models[0].labels_
        self.own, self.peer, self.problems, self.models = [], [], [None], [None]
        self.own_score = self.peer_score = None

    def score_peer(self):
        self.peer_score = silhouette_score(self.points, self.labels)

    def measure(self, own, batch):
        for _ in range(SILHOUETTE_ROUNDS):
            time.sleep(PAUSE)
            *seconds, self.own_score = own.ask(f"silhouette {batch}")
            self.own.append(seconds)
            for threads in (None, 1):
                with threadpool_limits(threads):
                    self.peer.append(timed(self.score_peer))


def from_centres(n, k, count, **options):
    random = np.random.default_rng(n + k)
    for _ in range(count):
        points = random.standard_normal((n, 15))
        yield Problem(points, points[random.choice(n, k, replace=False)], **options)


def works():
    random = np.random.default_rng(1)
    starts = [Problem(random.standard_normal((24, 15)), clusters=6, restarts=10) for _ in range(500)]
    passes = {"tolerance": 0.0, "max_iterations": 10}
    return [
        Work("batch of 5000, n=24 d=15 k=6, given centres", list(from_centres(24, 6, 5000))),
        Work("batch of 500, n=24 d=15 k=6, 10 k-means++ starts", starts),
        Work("batch of 1000, n=100 d=15 k=6, given centres", list(from_centres(100, 6, 1000))),
        Work("batch of 100, n=1000 d=15 k=6, given centres", list(from_centres(1000, 6, 100))),
        Work("n=1e5 d=15 k=6, 10 iterations", list(from_centres(100_000, 6, 1, **passes))),
        Work("n=1e5 d=15 k=16, 10 iterations", list(from_centres(100_000, 16, 1, **passes))),
        Work("n=2e4 d=15 k=6, 10 iterations", list(from_centres(20_000, 6, 1, **passes))),
    ]


def measure(program, all_works, folder):
    request, reply = folder / "problems", folder / "results"
    write_problems(request, [work.problems for work in all_works])
    own = Program(program, request, reply)
    for number, work in enumerate(all_works):
        for _ in range(ROUNDS):
            time.sleep(PAUSE)
            work.own.append(own.ask(str(number)))
            for threads in (None, 1):
                with threadpool_limits(threads):
                    work.peer.append(timed(work.fit_peers))
    silhouette = Silhouette("n=2e4 d=15 k=6, silhouette", all_works[-1])
    silhouette.measure(own, len(all_works) - 1)
    own.close()
    return own.description, read_fits(reply, [work.problems for work in all_works]), silhouette


def accuracy(work, fits):
    """Labels that agree and how the inertias compare; with random starts the starts differ, so labels say nothing."""
    fits = fits[:len(work.models)]
    own = np.array([fit.inertia for fit in fits])
    peer = np.array([model.inertia_ for model in work.models])
    ratio = f"mean inertia {own.mean():.6g} and {peer.mean():.6g}"
    if work.problems[0].restarts:
        return ratio
    same = np.mean([np.mean(fit.labels == model.labels_) for fit, model in zip(fits, work.models)])
    return f"{100 * same:.4g} % of labels equal, {ratio}"


def timing(rounds):
    clock, core = rounds.T
    return f"{duration(clock.min())} ({duration(clock.max())}); {duration(core.min())}"


def page(description, all_works, fits, silhouette):
    lines = [
        "# k-means beside scikit-learn", "",
        f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}, SciPy {scipy.__version__}, "
        f"Python {platform.python_version()}; regio on {description}; processor {processor()}.", "",
        "Same points, starts, tolerance and limit of iterations; in turns, in one run. regio uses all cores, scikit-learn all "
        "cores and one core, and the better counts. Time for one problem on the clock, best of the rounds, in brackets the worst; then its core time, best of the rounds. "
        "Written by `scripts/bench --peers`.", "",
        "| work | regio | scikit-learn | ratio on the clock | ratio of core time | accuracy, regio and scikit-learn |",
        "|---|---|---|---|---|---|"]
    found = [accuracy(work, work_fits) for work, work_fits in zip(all_works, fits)]
    found.append(f"{silhouette.own_score:.12g} and {silhouette.peer_score:.12g}")
    for work, agreement in zip([*all_works, silhouette], found):
        own, peer = np.array(work.own) / len(work.problems), np.array(work.peer) / len(work.models)
        clock, core = peer.min(axis=0) / own.min(axis=0)
        lines.append(f"| {work.name} | {timing(own)} | {timing(peer)} | {clock:.3g} | {core:.3g} | {agreement} |")
    return lines


def main():
    program, target = sys.argv[1], Path(sys.argv[2])
    all_works = works()
    with tempfile.TemporaryDirectory() as folder:
        description, fits, silhouette = measure(program, all_works, Path(folder))
    write_page(target, page(description, all_works, fits, silhouette))


if __name__ == "__main__":
    main()
