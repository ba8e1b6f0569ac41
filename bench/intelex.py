"""Fit scikit-learn's SVC, as Intel's extension replaces it, to pairs of labels: `python intelex.py FILE`.

Called by `directprobe.py` with the Python of an environment that has the extension and nothing of fbert. FILE
is a NumPy archive of X (n, d), y (n,) and pairs (p, 2) of labels. Prints the processor seconds, and how far
the distances, 2 / |w|, are from those in `distances` (p,) at most, relatively.
"""

import sys
import time

import numpy as np
from sklearnex.svm import SVC


def main() -> None:
    """Fit and print."""
    found = np.load(sys.argv[1])
    X, y = found["X"].astype(np.float64), found["y"]
    work = [(X[(y == a) | (y == b)], y[(y == a) | (y == b)]) for a, b in found["pairs"]]
    SVC(kernel="linear").fit(*work[0])
    start = time.process_time()
    fitted = [SVC(C=1e6, kernel="linear", tol=1e-5).fit(*pair) for pair in work]
    seconds = time.process_time() - start
    distances = np.array([2 / np.linalg.norm(one.coef_) for one in fitted])
    print(seconds, np.abs(distances / found["distances"] - 1).max())


if __name__ == "__main__":
    main()
