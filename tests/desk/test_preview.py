"""`press preview`: what a press officer sees while writing."""

import re
import threading
import urllib.request

from tests.desk.served import served


def edition(page):
    return re.search(r'data-edition="([^"]+)"', page)[1]


def test_the_preview_follows_what_is_saved_and_survives_faults(press_room):
    draft = press_room.root / "content/releases/2025/utkast/sv.md"
    draft.parent.mkdir(parents=True)
    text = press_room.first.read_text(encoding="utf-8").replace("abcd1234", "bbbb2222").replace("Första", "Osläppta")
    draft.write_text(re.sub("published.*\n", "", text), encoding="utf-8")
    built = press_room.root / ".preview/output/index.html"
    with served(press_room, "preview", "--port", "8200") as server:
        first = server.wait_for(lambda: (page := server.get("/")).status == 200 and page)
        assert "Osläppta meddelandet" in first.text
        assert '<script src="/.preview/follow.js"' in first.text
        assert "follow.js" not in built.read_text(encoding="utf-8")
        assert not (press_room.root / "output").exists()
        assert server.get("/.preview/follow.js").status == 200
        assert "follow.js" in server.get("/finns-inte/").text

        draft.write_text(text.replace("lead:", "lede:"), encoding="utf-8")
        faulty = server.wait_for(lambda: (page := server.get("/kontakt/")).status == 503 and page)
        assert "content/releases/2025/utkast/sv.md:6" in faulty.text
        assert '<html lang="sv">' in faulty.text
        assert edition(faulty.text) != edition(first.text)
        assert any(line.startswith("content/releases/2025/utkast/sv.md:6: ") for line in server.said)

        draft.write_text(text.replace("Osläppta", "Rättade"), encoding="utf-8")
        server.wait_for(lambda: "Rättade meddelandet" in server.get("/").text)

        wall = press_room.root / "plugins/wall/__init__.py"
        code = wall.read_text(encoding="utf-8")
        wall.write_text(code.replace("<h1>Pressrum", "<h1>Nytt pressrum"), encoding="utf-8")
        server.wait_for(lambda: "Nytt pressrum" in server.get("/").text)
        wall.write_text(code + "\n1 / 0\n", encoding="utf-8")
        crashed = server.wait_for(lambda: (page := server.get("/")).status == 503 and page)
        assert "plugins/wall/__init__.py:" in crashed.text
        wall.write_text(code, encoding="utf-8")
        server.wait_for(lambda: server.get("/").status == 200)


def test_browsers_are_told_of_each_build_and_a_stop_ends_them(press_room):
    told = []
    with served(press_room, "preview", "--port", "8220") as server:
        first = server.wait_for(lambda: (page := server.get("/")).status == 200 and page)

        def listen():
            with urllib.request.urlopen(server.address + ".preview/events", timeout=30) as stream:
                told.extend(line.decode().strip() for line in stream if line.strip())

        listener = threading.Thread(target=listen)
        listener.start()
        press_room.first.write_text(press_room.first.read_text(encoding="utf-8") + "Mer.\n", encoding="utf-8")
        server.wait_for(lambda: edition(server.get("/").text) != edition(first.text))
    listener.join(timeout=10)
    assert not listener.is_alive()
    editions = [line.removeprefix("data: ") for line in told]
    assert editions[0] == edition(first.text)
    assert len(set(editions)) == len(editions) >= 2


def test_a_title_can_not_become_markup_in_the_list_of_faults(press_room):
    press_room.first.write_text(
        press_room.first.read_text(encoding="utf-8").replace("type: pressmeddelande", 'type: "<b>x</b>"'),
        encoding="utf-8",
    )
    with served(press_room, "preview", "--port", "8240") as server:
        page = server.wait_for(lambda: (page := server.get("/")).status == 503 and "sv.md:3" in page.text and page)
        assert "<b>x</b>" not in page.text
        assert "&lt;b&gt;x" in page.text


def test_an_unfinished_draft_stops_nobody_elses_preview(press_room):
    draft = press_room.root / "content/releases/2025/utkast/sv.md"
    draft.parent.mkdir(parents=True)
    text = press_room.first.read_text(encoding="utf-8").replace("abcd1234", "bbbb2222").replace("Första", "Osläppta")
    draft.write_text(re.sub("published.*\n|lead.*\n", "", text), encoding="utf-8")
    with served(press_room, "preview", "--port", "8240") as server:
        page = server.wait_for(lambda: (page := server.get("/")).status == 200 and page)
        assert "Första meddelandet" in page.text and "Osläppta" not in page.text
        assert "Utelämnat ur förhandsgranskningen" in page.text
        assert "content/releases/2025/utkast/sv.md:1" in page.text
        assert server.get("/.preview/left_out.css").status == 200
