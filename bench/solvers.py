"""Our active-set method against general solvers of dense quadratic programs, on the same pairs of hulls.

    pip install daqp==0.11.0 piqp==0.7.0 clarabel==0.11.1
    python bench/solvers.py [--pairs N]

The peers get the hard-margin program (min |w|^2 with y (w x + b) >= 1), whose optimum is the distance of the
hulls. Pairs are drawn by a seed from the separable ones of UD English PUD (FBERT_CORPORA names the folder of
corpora) in the packaged encoder's last layer. Seconds are processor seconds on one thread.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import combinations

import clarabel
import daqp
import numpy as np
import piqp
from directprobe import OVERLAPPING, WORDS, Pair, dependencies, drawn, timed, words
from document import BENCHMARKS, write_table
from scipy import sparse
from threadpoolctl import threadpool_limits

from fbert.directprobe import hull_distance

# Without it the Hessian is singular in b; it moves the distance by less than what the solvers leave open.
RIDGE = 1e-6
# Clarabel works on sparse matrices, and takes minutes for dense constraints of more entries.
ENTRIES_FOR_CLARABEL = 500_000

Solver = Callable[[np.ndarray, np.ndarray], np.ndarray]


def with_daqp(H: np.ndarray, G: np.ndarray) -> np.ndarray:
    """Minimise x'Hx/2 subject to Gx >= 1."""
    m, n = G.shape
    nothing, kinds = np.zeros(n), np.zeros(m, dtype=np.int32)
    x, _, flag, _ = daqp.solve(H, nothing, G, np.full(m, 1e30), np.ones(m), kinds, iter_limit=100_000)
    assert flag == 1, flag
    return x


def with_piqp(H: np.ndarray, G: np.ndarray) -> np.ndarray:
    """The same."""
    solver = piqp.DenseSolver()
    solver.settings.eps_abs, solver.settings.eps_rel = 1e-6, 1e-4
    solver.setup(H, np.zeros(len(H)), None, None, G, np.ones(len(G)), None, None, None)
    assert solver.solve() == piqp.PIQP_SOLVED
    return solver.result.x


def with_clarabel(H: np.ndarray, G: np.ndarray) -> np.ndarray:
    """The same."""
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.tol_gap_rel, settings.max_threads = False, 1e-4, 1
    cone = [clarabel.NonnegativeConeT(len(G))]
    H_sparse, G_sparse = sparse.csc_matrix(H), sparse.csc_matrix(-G)
    solver = clarabel.DefaultSolver(H_sparse, np.zeros(len(H)), G_sparse, -np.ones(len(G)), cone, settings)
    solution = solver.solve()
    assert solution.status == clarabel.SolverStatus.Solved, solution.status
    return np.array(solution.x)


SOLVERS: dict[str, Solver] = {"DAQP": with_daqp, "PIQP": with_piqp, "Clarabel": with_clarabel}


def margin_program(A: np.ndarray, B: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Hessian and constraints of the hard-margin program in (w, b)."""
    H = np.eye(A.shape[1] + 1)
    H[-1, -1] = RIDGE
    return H, np.vstack([np.c_[A, np.ones(len(A))], -np.c_[B, np.ones(len(B))]])


def both(solve: Solver, A: np.ndarray, B: np.ndarray) -> tuple[float, float, float]:
    """Seconds of ours and of the peer for one pair, and the relative difference of their distances."""
    centre = (A.mean(axis=0) + B.mean(axis=0)) / 2
    program = margin_program(A - centre, B - centre)
    found: dict[str, float] = {}
    ours = timed(lambda: found.update(ours=hull_distance(A, B).distance))
    peer = timed(lambda: found.update(peer=2 / float(np.linalg.norm(solve(*program)[:-1]))))
    return ours, peer, abs(found["ours"] / found["peer"] - 1)


def compare(name: str, X: np.ndarray, y: np.ndarray, some: list[Pair]) -> list[str]:
    """A line for each solver: seconds of ours and of the peer on what it can solve, largest difference."""
    pairs = [(X[y == a].astype(np.float64), X[y == b].astype(np.float64)) for a, b in some]
    small = [(A, B) for A, B in pairs if A.size + B.size <= ENTRIES_FOR_CLARABEL]
    lines = []
    for solver, solve in SOLVERS.items():
        tried = small if solver == "Clarabel" else pairs
        ours, peer, difference = np.array([both(solve, A, B) for A, B in tried]).T
        lines.append(
            f"| {name}, {len(tried)} pairs | {ours.sum():.2f} s | {solver}: {peer.sum():.2f} s "
            f"| {peer.sum() / ours.sum():.1f} | {difference.max():.0e} |"
        )
    return lines


def main() -> None:
    """Measure, and write the table into the documentation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=20, help="so many pairs of each task")
    size = parser.parse_args().pairs
    hull_distance([[0.0, 1.0]], [[1.0, 0.0]])  # compiled code is loaded before the clock starts
    found = words()
    last, tags = found[0][:WORDS, -1], found[1][:WORDS]
    apart = [pair for pair in combinations(np.unique(tags).tolist(), 2) if pair not in OVERLAPPING]
    X, relations = dependencies(found)
    related = list(combinations(np.unique(relations).tolist(), 2))
    with threadpool_limits(1):
        lines = compare("POS", last, tags, drawn(apart, size, seed=0))
        lines += compare("DEP", X, relations, drawn(related, size, seed=0))
    heading = "| pairs | fbert | peer | ratio | distances differ by at most |\n|---|---|---|---|---|"
    write_table("solvers.py", "\n".join([heading, *lines]), BENCHMARKS)


if __name__ == "__main__":
    main()
