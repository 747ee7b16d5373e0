"""k-means of regio beside scikit-learn: the same data, starts and stopping rule, in turns, in one run.

kmeans.py <program kmeans_peer> <file to write, Markdown>

Both may use all cores. Each batch is timed in turns; the best of each is compared and the spread shown. Core time is what
all threads of a process worked, time on the clock includes waiting for cores that others use.
"""

import platform
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from kmeans_file import Problem, read_fits, write_problems

warnings.filterwarnings("ignore")
ROUNDS = 3


class Work:
    def __init__(self, name, problems):
        self.name, self.problems = name, problems
        self.own, self.peer, self.models = [], [], []  # seconds on the clock and of core time in each round


def from_centres(n, k, count, **options):
    random = np.random.default_rng(n + k)
    for _ in range(count):
        points = random.standard_normal((n, 15))
        yield Problem(points, points[random.choice(n, k, replace=False)], **options)


def works():
    random = np.random.default_rng(1)
    starts = [Problem(random.standard_normal((24, 15)), clusters=6, restarts=10) for _ in range(30)]
    passes = {"tolerance": 0.0, "max_iterations": 10}
    return [
        Work("batch of 300, n=24 d=15 k=6, given centres", list(from_centres(24, 6, 300))),
        Work("batch of 30, n=24 d=15 k=6, 10 k-means++ starts", starts),
        Work("batch of 200, n=100 d=15 k=6, given centres", list(from_centres(100, 6, 200))),
        Work("batch of 30, n=1000 d=15 k=6, given centres", list(from_centres(1000, 6, 30))),
        Work("n=1e5 d=15 k=6, 10 iterations", list(from_centres(100_000, 6, 1, **passes))),
        Work("n=1e5 d=15 k=16, 10 iterations", list(from_centres(100_000, 16, 1, **passes))),
    ]


def measure(program, all_works, folder):
    request, reply = folder / "problems", folder / "results"
    write_problems(request, [work.problems for work in all_works])
    with subprocess.Popen([program, request, reply], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as own:
        description = own.stdout.readline().strip()
        for number, work in enumerate(all_works):
            for _ in range(ROUNDS):
                own.stdin.write(f"{number}\n")
                own.stdin.flush()
                work.own.append([float(number) for number in own.stdout.readline().split()])
                started = np.array([time.perf_counter(), time.process_time()])
                work.models = [problem.peer() for problem in work.problems]
                work.peer.append(np.array([time.perf_counter(), time.process_time()]) - started)
        own.stdin.close()
        if own.wait() != 0:
            sys.exit("kmeans_peer failed")
    return description, read_fits(reply, [work.problems for work in all_works])


def accuracy(work, fits):
    """Labels that agree and how the inertias compare; with random starts the starts differ, so labels say nothing."""
    own = np.array([fit.inertia for fit in fits])
    peer = np.array([model.inertia_ for model in work.models])
    ratio = f"mean inertia {own.mean():.6g} and {peer.mean():.6g}"
    if work.problems[0].restarts:
        return ratio
    same = np.mean([np.mean(fit.labels == model.labels_) for fit, model in zip(fits, work.models)])
    return f"{100 * same:.4g} % of labels equal, {ratio}"


def duration(seconds):
    return f"{seconds * 1e6:.3g} us" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"


def timing(rounds, count):
    clock, core = np.array(rounds).T / count
    return f"{duration(clock.min())} ({duration(clock.max())}); {duration(core.min())}"


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def page(description, all_works, fits):
    lines = [
        "# k-means beside scikit-learn", "",
        f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}, SciPy {scipy.__version__}, "
        f"Python {platform.python_version()}; regio on {description}; processor {processor()}.", "",
        "Same points, starts, tolerance and limit of iterations; both may use all cores of the process, in turns, in one run. "
        "Time for one problem on the clock, best of the rounds, in brackets the worst; then its core time, best of the rounds. "
        "Written by `scripts/bench --peers`.", "",
        "| work | regio | scikit-learn | ratio on the clock | ratio of core time | accuracy, regio and scikit-learn |",
        "|---|---|---|---|---|---|"]
    for work, work_fits in zip(all_works, fits):
        count = len(work.problems)
        clock, core = np.min(work.peer, axis=0) / np.min(work.own, axis=0)
        lines.append(f"| {work.name} | {timing(work.own, count)} | {timing(work.peer, count)} | {clock:.3g} | {core:.3g} | "
                     f"{accuracy(work, work_fits)} |")
    return "\n".join(lines) + "\n"


def main():
    program, target = sys.argv[1], Path(sys.argv[2])
    all_works = works()
    with tempfile.TemporaryDirectory() as folder:
        description, fits = measure(program, all_works, Path(folder))
    text = page(description, all_works, fits)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
