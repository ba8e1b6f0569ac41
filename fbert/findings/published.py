"""What the paper prints on each finding, in a sentence computed from its published tables."""

from __future__ import annotations

import pandas as pd

from fbert.published import published_cross_figures, published_figures


def published_sentences() -> dict[str, str]:
    """Return a sentence for each finding, from Zhou & Srikumar (ACL 2022), Tables 5 and 7."""
    return _from_table7(published_figures()) | _from_table5(published_cross_figures()) | _without_figures()


def _from_table7(rows: pd.DataFrame) -> dict[str, str]:
    wide = rows.pivot(index=["model", "task"], columns="representation")
    gain = _change(wide, "published_accuracy")
    fall = -_change(wide, "published_train_test_similarity")
    before = wide["published_linearly_separable"]["original"]
    clusters = -_change(wide[before == "N"], "published_clusters")
    return {
        "F1": f"Similarity falls in {_share(fall)} cases (by {fall.mean():.2f} on average), accuracy rises "
        f"in {_share(gain)} (by {gain.mean():.2f} points).",
        "F2": f"The number of clusters falls in {_share(clusters)} cases; the other {(before == 'Y').sum()} "
        "are linear before.",
    }


def _from_table5(rows: pd.DataFrame) -> dict[str, str]:
    own, related, opposed = (rows.set_index("tuned_on").loc[task] for task in ("PS-fxn", "PS-role", "POS"))
    return {
        "F3": f"BERT-base tuned on PS-fxn: {_moves(own)}.",
        "F4": f"BERT-base probed on PS-fxn: tuned on PS-role, {_moves(related)}; on POS, {_moves(opposed)}.",
    }


def _without_figures() -> dict[str, str]:
    return {
        "F5": "Shown in its Figures 4, 5 and 7 to 10, without numbers.",
        "Foresight": "Not in the paper.",
    }


def _change(wide: pd.DataFrame, measure: str) -> pd.Series:
    """Return tuned minus original, where both are printed."""
    return (wide[measure]["fine-tuned"] - wide[measure]["original"]).dropna()


def _share(effects: pd.Series) -> str:
    return f"{(effects > 0).sum()} of {len(effects)}"


def _moves(row: pd.Series) -> str:
    return (
        f"{row['published_increased']:.0f} labels move apart and {row['published_decreased']:.0f} together "
        f"(mean change {row['published_mean_change']:+.2f})"
    )
