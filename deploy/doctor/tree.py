"""What may be wrong in the checkout: migrations, words of pages, lists that name every member."""

import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from catalog.resources import RESOURCES
from deploy.doctor import Finding
from stackroom_jobs.worker.found import operations_in, package_of

REVISION = re.compile(r"""^revision\b[^=\n]*=\s*["'](\w+)""", re.MULTILINE)
FOLLOWS = re.compile(r"""^down_revision\b[^=\n]*=\s*["'](\w+)""", re.MULTILINE)
TEXTS = "services/ui/ui/translations/ru/LC_MESSAGES/messages.po"


def migrations_with_two_heads(root: Path) -> Iterator[Finding]:
    """Services whose newest migration is not one: two branches brought one each, often under one number."""
    for versions in sorted(root.glob("services/*/*/migrations/versions")):
        files = {path: path.read_text(encoding="utf-8") for path in sorted(versions.glob("[!_]*.py"))}
        followed = {before for text in files.values() for before in FOLLOWS.findall(text)}
        first, *others = [path for path, text in files.items() if _revision(text) not in followed] or [versions]
        for other in others:
            what = f"{first.name} and {other.name} are both the newest migration of {versions.parts[-3]}"
            before = _revision(files[first])
            mend = f'in {other.relative_to(root)} write down_revision = "{before}", and give it a number after that'
            yield Finding(what, mend)


def _revision(text: str) -> str:
    found = REVISION.search(text)
    return found[1] if found else ""


def untranslated_titles(root: Path) -> Iterator[Finding]:
    """Titles of resources and operations, and units, without Russian words: they show in English."""
    with (root / TEXTS).open("rb") as file:
        translated = {message.id for message in read_po(file) if message.string and not message.fuzzy}
    for title, what in {title: what for what, title in reversed([*_titles(root)])}.items():
        if title not in translated:
            mend = f'add msgid "{title}" with its msgstr to {TEXTS}'
            yield Finding(f"the title {title!r} of {what} has no Russian words", mend)


def _titles(root: Path) -> Iterator[tuple[str, str]]:
    for resource in RESOURCES:
        columns = [field.title or field.name for field in resource.schema.fields if field.name != "id"]
        yield from ((f"the resource {resource.name}", title) for title in (resource.one, resource.many, *columns))
    for folder in _workers(root):
        for one in operations_in(f"{package_of(folder.name)}.operations"):
            if one.description.loads is None:  # loads are called by their resources
                yield f"the operation {one.name}", one.description.title
                yield f"the progress of {one.name}", one.description.unit


def unlisted_workers(root: Path) -> Iterator[Finding]:
    """Folders of workers from which no image could be made, or not with what they need."""
    patterns = (root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = [line.removeprefix("!") for line in patterns if line.startswith("!")]
    for folder in _workers(root):
        name = folder.name
        for path in (f"{name}/{package_of(name)}", f"{name}/requirements.txt"):
            if not any(fnmatch.fnmatch(path, pattern) for pattern in sent):
                yield Finding(f"{path} never reaches the engine that builds images", f"echo '!{path}' >> .dockerignore")
        if not (folder / "pyproject.toml").is_file():
            mend = "write one like worker-cpu/pyproject.toml, then make lock"
            yield Finding(f"{name} has no pyproject.toml, so nothing finds it", mend)
        elif not (folder / "requirements.txt").is_file():
            yield Finding(f"{name} has no lock", "make lock")


def _workers(root: Path) -> list[Path]:
    return [path.parents[1] for path in sorted(root.glob("worker-*/*/app.py"))]
