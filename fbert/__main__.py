"""The command `fbert`: what is asked of results without running the workflow."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from fbert.check import check as check_study
from fbert.check_encoder import check_encoder, encoder_named
from fbert.errors import InputError
from fbert.profile import profile
from fbert.study.schema import read_yaml
from fbert.study.study import configuration_file, load_study, study_folders
from fbert.verify import verify

_CHECKOUT = Path(__file__).parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0 if all is well, 1 if something was found, 2 if it cannot be told."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.answer(options))
    except InputError as error:
        print(f"Error: {error}", file=sys.stderr)
    except ModuleNotFoundError as error:
        print(f"Error: {error.name} is not installed: pip install 'fbert[workflow]'", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fbert", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for_results = commands.add_parser(
        "verify",
        help="say which results are stale, damaged, foreign or missing",
        description="Hold every file of a study's results against the record of how it was made; no network.",
    )
    for_results.add_argument("folder", type=Path, help="results/NAME, or a copy of it")
    for_results.add_argument("--study", help="name or path of the study, if not the one the results are of")
    for_results.add_argument(
        "--configfile",
        type=Path,
        help="as given to Snakemake: its `checksums` hold besides those of config.yaml",
    )
    for_results.set_defaults(answer=_verify)
    for_study = commands.add_parser(
        "check",
        help="say what is to be known of a study's data and encoders, or of one encoder, before training",
        description="Read the corpora that are at hand, and say what a colleague would. Writes nothing.",
    )
    for_study.add_argument(
        "study",
        metavar="STUDY|ENCODER",
        help="name or path of a study; or an encoder: a folder, a package, or ID@REVISION of the hub",
    )
    for_study.add_argument("--mirror", help="a folder with public corpora, as `mirror` in config.yaml")
    for_study.set_defaults(answer=_check)
    for_profile = commands.add_parser(
        "profile",
        help="say where the time of a study went",
        description="Add up what the jobs of a study took, by rule, encoder and task, and the longest chain.",
    )
    for_profile.add_argument("folder", type=Path, help="results/NAME, or a copy of it")
    for_profile.set_defaults(answer=_profile)
    return parser


def _profile(options: argparse.Namespace) -> int:
    for line in profile(options.folder):
        print(line)
    return 0


def _check(options: argparse.Namespace) -> int:
    for line in _checked(options.study, options.mirror):
        print(line, flush=True)
    return 0


def _checked(name: str, mirror: str | None) -> Iterator[str]:
    """Check the study of this name, or if there is none the encoder."""
    folders = study_folders(_CHECKOUT)
    is_study = name.endswith((".yaml", ".yml")) or any((f / f"{name}.yaml").is_file() for f in folders)
    source = None if is_study else encoder_named(name)
    return check_encoder(source) if source else check_study(load_study(name, *folders), mirror)


def _verify(options: argparse.Namespace) -> int:
    studies, scripts = study_folders(_CHECKOUT), _CHECKOUT / "scripts"
    checksums = _checksums(options.configfile)
    faults, read = verify(options.folder, options.study, studies, scripts, checksums)
    for fault in faults:
        print(fault)
    print(f"{options.folder}: {read} files read, {len(faults) or 'no'} faults")
    return 1 if faults else 0


def _checksums(configfile: Path | None) -> dict[str, str]:
    """Return the checksums of public files by which a workflow here would go."""
    read = [read_yaml(path) or {} for path in (configuration_file(_CHECKOUT), configfile) if path is not None]
    return {file: checksum for one in read for file, checksum in (one.get("checksums") or {}).items()}


if __name__ == "__main__":
    sys.exit(main())
