"""Questions to a program that answers one a line, and what its answers are compared with (peer_answers.hpp is its side)."""

import subprocess

import numpy as np


def near(expected, absolute, relative=0):
    """A check of numbers within absolute + relative * |expected|."""
    return lambda answer: np.testing.assert_allclose(answer, np.ravel(expected), rtol=relative, atol=absolute)


class Questions:
    """Questions in the order in which they are asked. `seed` is that of their numbers, for the message."""

    def __init__(self, seed):
        self.seed = seed
        self.cases = []

    def ask(self, words, arrays, check):
        """`check` is called with the answer's numbers and raises AssertionError where they are wrong."""
        numbers = " ".join(" ".join(repr(x) for x in np.ravel(a).tolist()) for a in arrays)
        self.cases.append((f"{words} {numbers}", check))

    def compare(self, program, peers):
        """Asks the program; prints what is wrong and how many answers agree with the peers. Returns the exit status."""
        text = "\n".join(question for question, _ in self.cases) + "\n"
        output = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout
        answers = output.strip("\n").split("\n")
        assert len(answers) == len(self.cases), f"{len(answers)} answers to {len(self.cases)} questions"
        failed = 0
        for (question, check), answer in zip(self.cases, answers):
            try:
                check(np.array(answer.split(), dtype=float))
            except AssertionError as error:
                failed += 1
                print(f"seed {self.seed}: {question[:200]}\n{error}")
        print(f"{len(self.cases) - failed} of {len(self.cases)} answers agree with {peers}")
        return 1 if failed else 0
