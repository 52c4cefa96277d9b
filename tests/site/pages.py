"""The kinds of pages there are, with an example of each: (site, address)."""

RELEASE = "pressmeddelanden/2025/icke-godkanda-lakemedel-for-avancerad-terapi/"
ASSIGNMENT = "regeringsuppdrag/2023/tillsynsinsats-avseende-medicintekniska-produkter-for-cancer/"

KINDS = {
    "front": ("agency", ""),
    "front in English": ("agency", "en/"),
    "release": ("agency", RELEASE),
    "unofficial translation": ("agency", f"en/releases/{RELEASE.split('/', 1)[1]}"),
    "release without body": ("agency", "pressmeddelanden/2026/ny-avgiftsmodell-for-tillsyn-av-medicinteknik/"),
    "year": ("agency", "pressmeddelanden/2026/"),
    "archive": ("agency", "arkiv/"),
    "keywords": ("agency", "nyckelord/"),
    "keyword": ("agency", "nyckelord/medicinteknik/"),
    "type": ("agency", "typ/pressmeddelande/"),
    "audience": ("agency", "malgrupp/vard/"),
    "assignments": ("agency", "regeringsuppdrag/"),
    "assignment": ("agency", ASSIGNMENT),
    "contact": ("agency", "kontakt/"),
    "images": ("everything", "bilder/"),
    "follow": ("agency", "prenumerera/"),
    "standing": ("agency", "tillganglighet/"),
    "not found": ("agency", "404.html"),
    "English only": ("english", ""),
}
