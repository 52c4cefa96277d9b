"""What to upload by hand: in order, and all of it until it was seen at the public address."""

from plugins.publishing.targets.listed import REMOVE, Listed
from tests.building import files
from tests.publishing.editions import NEW, OLD, deploy, shipped


def test_the_list_holds_what_changed_since_the_last_one_that_was_seen(tmp_path):
    old, new = shipped(tmp_path / "a", OLD), shipped(tmp_path / "b", NEW)
    target = Listed(tmp_path / "upload")
    deploy(target, old)
    assert deploy(target, old).uploads  # nobody has seen it yet
    target.confirm(old)
    deploy(target, new)
    found = files(tmp_path / "upload")
    assert {path.partition("/")[2]: data for path, data in found.items() if "/" in path} == {
        path: data for path, data in NEW.items() if OLD.get(path) != data
    }
    assert "1-assets/theme/style.22222222.css" in found
    assert "2-new/releases/2030/b/index.html" in found
    assert "3-pages/releases/2030/a/index.html" in found
    assert "4-indexes/index.html" in found
    assert "5-notices/notices.json" in found
    assert found[REMOVE].decode().splitlines() == ["keywords/old/index.html", "releases/2030/gone/index.html"]
    target.confirm(new)
    assert deploy(target, new).is_empty
