"""The paper's tables: published figures beside ours, as CSV, Markdown and LaTeX."""
