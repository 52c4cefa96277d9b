from dataclasses import replace
from pathlib import Path

import pytest

from plugins.edition.stage import gathering
from plugins.media import register
from plugins.media.darkroom import Darkroom
from plugins.media.outputs import ChangedFile, outputs
from plugins.newsroom import PressMaterial, opened
from tests.media.pictures import a_photo
from tests.media.test_darkroom import ADDRESS, develop
from tests.nouns import (
    a_document,
    a_newsroom,
    a_release,
    a_stage,
    a_withdrawal,
    an_assignment,
    an_image,
    with_translation,
)


def paths(**newsroom: object) -> list[str]:
    return [output.path for output in opened(outputs(a_stage(a_newsroom(**newsroom))))]


def test_every_size_and_document_is_an_output_once() -> None:
    release = a_release(images=(an_image("b.jpg"), an_image("a.jpg")), documents=(a_document(),))
    assert paths(releases=with_translation(release)) == [
        ADDRESS + name
        for name in (
            "a-480.jpg", "a-480.webp", "a-960.jpg", "a-960.webp", "a.jpg",
            "b-480.jpg", "b-480.webp", "b-960.jpg", "b-960.webp", "b.jpg",
            "rapport.pdf",
        )
    ]  # fmt: skip


def test_assignments_and_press_material_have_files_too() -> None:
    material = PressMaterial(
        language="sv", images=(an_image("logotyp.png", "bilder/"),), documents=(a_document("logotyp.zip", "bilder/"),)
    )
    found = paths(
        assignments=(an_assignment(documents=(a_document("beslut.pdf", "regeringsuppdrag/2030/ett-uppdrag/"),)),),
        press_materials=(material, replace(material, language="en")),
    )
    assert len(found) == len(set(found)) == 7
    assert found[-1] == "regeringsuppdrag/2030/ett-uppdrag/beslut.pdf"


def test_what_only_a_withdrawn_release_shows_is_not_published() -> None:
    withdrawn = a_release(images=(an_image(),), documents=(a_document(),), withdrawn=a_withdrawal())
    other = a_release(id="r2r2r2r2", slug="annat", documents=(a_document(),))
    assert paths(releases=(withdrawn,)) == []
    assert paths(releases=(withdrawn, other)) == [ADDRESS + "rapport.pdf"]


def test_bytes_are_read_only_when_asked_for_and_are_those_that_were_told(tmp_path: Path) -> None:
    image = develop(Darkroom(tmp_path / "cache"), a_photo(tmp_path))
    published = list(opened(outputs(a_stage(a_newsroom(releases=(a_release(images=(image,)),))))))
    assert {output.path: output.render() for output in published} == {
        file.address: file.source.read_bytes() for file in (*image.renditions, image.original)
    }
    assert next(o for o in published if o.path == image.original.address).inputs[0].fingerprint == image.original.sha256
    image.original.source.write_bytes(b"something else")
    with pytest.raises(ChangedFile, match="has changed since it was read"):
        next(output for output in published if output.path == image.original.address).render()


def test_the_room_joins_the_gathering() -> None:
    register()
    try:
        stage = a_stage(a_newsroom(releases=(a_release(images=(an_image(),)),)))
        assert ADDRESS + "bild.jpg" in [output.path for output in opened(stage.items())]
    finally:
        gathering.disconnect(outputs)
