"""The classifier probe: many perceptrons at once, with the meaning of scikit-learn's, or a linear one.

See docs/method.md, Classifier probe.
"""

from fbert.probe.curves import learning_curves
from fbert.probe.probe import run_probe
from fbert.probe.settings import ProbeSettings, Setting
from fbert.records.probe import ProbeResult

__all__ = ["ProbeResult", "ProbeSettings", "Setting", "learning_curves", "run_probe"]
