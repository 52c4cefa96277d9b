"""Four eyes: texts of some kinds are published only when somebody else than who wrote them has signed them.

The file `content/approvers` says who may approve what, in OpenSSH's own format (ssh-keygen(1), ALLOWED SIGNERS): an
e-mail address, `namespaces="slug,slug"` with types from newsroom.yaml, and a public key. Types that nobody is named for
need no approval; without the file none do. To approve a text is to sign the file as it stands,

    ssh-keygen -Y sign -n pressmeddelande -f ~/.ssh/id_ed25519 content/releases/2031/x/sv.md

and to commit `sv.md.sig` beside it. Pictures and documents that the text names are signed with it, in the order in
which they stand there (images, then documents; in a translation the original's before its own):

    { cat sv.md; sha256sum bild.jpg rapport.pdf; } | ssh-keygen -Y sign -n … -f ~/.ssh/id_ed25519 > sv.md.sig

Any edit after that needs a new signature. Who wrote a text or made a picture is who last committed its file.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from plugins.desk.project import Project
from plugins.desk.words import _
from plugins.newsroom import Faults
from plugins.publishing.changes import Change, Step
from plugins.publishing.trouble import Trouble
from plugins.reading import selection
from plugins.reading.manuscripts import frontmatter

APPROVERS = "approvers"
NEEDING = {Step.NEW, Step.TYPO, Step.TOLD, Step.TRANSLATED}
"""A withdrawal waits for nobody."""

_NAMESPACES = re.compile(r'(?m)^[^#\n]*\bnamespaces="([^"\n]*)"')
SECONDS = 20


@dataclass(frozen=True, slots=True)
class _Written:
    """A release's file in one language, the type that its original says, and the files that it names beside it."""

    file: Path
    type: str
    beside: tuple[Path, ...]

    @property
    def signed(self) -> bytes:
        """Answer what is signed: the text, and a line for each file as sha256sum writes it."""
        sums = (f"{sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in self.beside)
        return self.file.read_bytes() + "".join(sums).encode()


def lacking(project: Project, changed: Iterable[Change], languages: tuple[str, ...]) -> Iterator[str]:
    """Answer, as sentences, which of the changed releases nobody has approved. Raises Trouble if that can't be known,
    because a program is missing.
    """
    approvers = project.content / APPROVERS
    if not approvers.is_file():
        return
    types = {slug for named in _NAMESPACES.findall(approvers.read_text(encoding="utf-8")) for slug in named.split(",")}
    ours = {change.id: change for change in changed if change.step in NEEDING}
    for id, written in _files(project, languages):
        if id in ours and written.type in types and written.file.stem in ours[id].languages:
            fault = _fault(project, approvers, written)
            if fault:
                yield f"{project.shown(written.file)}: {fault}"


def _files(project: Project, languages: tuple[str, ...]) -> Iterator[tuple[str, _Written]]:
    """Answer every public release's files by id."""
    sources, _faults = selection.scan(project.content, languages)
    public = [one.source for one in selection.select(sources, project.now)]
    fronts = {source.path: _front(source) for source in public if source.kind is selection.Kind.RELEASE}
    releases = [source for source in public if source.path in fronts]
    originals = {source.folder: fronts[source.path] for source in releases if source.is_original}
    for source in releases:
        if source.folder in originals:
            original = originals[source.folder]
            names = dict.fromkeys([*_named(original), *_named(fronts[source.path])])
            beside = tuple(source.file.with_name(name) for name in names)
            yield str(original.get("id")), _Written(source.file, str(original.get("type")), beside)


def _front(source: selection.Source) -> Mapping[str, Any]:
    try:
        return frontmatter.read(source.file.read_bytes(), source.path).front
    except (Faults, OSError):
        return {}  # the build has stopped for it


def _named(front: Mapping[str, Any]) -> Iterator[str]:
    """Answer the names of the files that a text shows or offers."""
    for key in ("images", "documents"):
        for entry in front.get(key) or ():
            yield str(entry["file"])


def _fault(project: Project, approvers: Path, written: _Written) -> str:
    """Answer what is wrong with a text's approval; "" if it is approved."""
    signature = written.file.with_name(f"{written.file.name}.sig")
    if not signature.is_file():
        return _("nobody has approved this; somebody else than who wrote it must sign it ({file})", file=signature.name)
    found = _run("ssh-keygen", "-Y", "find-principals", "-s", signature, "-f", approvers)
    names = found.stdout.decode(errors="replace").split()
    if found.returncode or not names:
        return _("whoever signed this is not among the approvers")
    check = ("-Y", "verify", "-f", approvers, "-I", names[0], "-n", written.type, "-s", signature)
    if _run("ssh-keygen", *check, input=written.signed).returncode:
        if written.beside:
            files = ", ".join(file.name for file in written.beside)
            return _(
                "the approval of {name} doesn't hold for this text with {files} as they stand now; sign them together",
                name=names[0],
                files=files,
            )
        return _("the approval of {name} doesn't hold for this text as it stands now", name=names[0])
    for file in (written.file, *written.beside):
        author = _author(project, file)
        if not author:
            return _("who wrote this can't be known: commit it, and publish from a checkout with its whole history")
        if author.lower() == names[0].lower():
            return _("{name} wrote this and can't approve it too", name=author)
    return ""


def _author(project: Project, file: Path) -> str:
    """Answer the e-mail address of who last committed the file as it is; "" if that can't be known."""
    shallow = _run("git", "-C", project.root, "rev-parse", "--is-shallow-repository")
    edited = _run("git", "-C", project.root, "status", "--porcelain", "--", file)
    if shallow.stdout.strip() != b"false" or edited.returncode or edited.stdout:
        return ""
    return _run("git", "-C", project.root, "log", "-1", "--format=%ae", "--", file).stdout.decode().strip()


def _run(*command: str | Path, input: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run([str(part) for part in command], input=input, capture_output=True, timeout=SECONDS)
    except FileNotFoundError:
        raise Trouble("{program} is not installed on this machine", program=command[0]) from None
    except subprocess.TimeoutExpired:
        raise Trouble("{why}", why=_("{program} gives no answer", program=command[0])) from None
