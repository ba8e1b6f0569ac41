"""Words that stand beside numbers in tables, figures, findings and the report, and only there.

No stage that computes may import this: rewording a remark must never be a reason to compute again.
"""

from __future__ import annotations

SYNTHETIC_REMARK = "Synthetic text: shows that the tool works, says nothing about a language."
"""What stands beside every number of a corpus made by a grammar."""
