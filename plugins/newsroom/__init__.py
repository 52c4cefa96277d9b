"""The nouns. No Pelican, no files, no clock: frozen records that the other rooms read."""

from plugins.newsroom.addresses import Addresses
from plugins.newsroom.assignment import Assignment, Deadline, Funding, Signatory, Task
from plugins.newsroom.catalogue import catalogue
from plugins.newsroom.contact import Contact, Phone
from plugins.newsroom.fault import Fault, Faults
from plugins.newsroom.image import Document, File, Image, Link, Rendition, Terms
from plugins.newsroom.localized import Localized
from plugins.newsroom.newsroom import Bodies, Newsroom, PressMaterial, Publisher, SecurityPolicy, Text
from plugins.newsroom.output import Bundle, Input, Noun, Output, fingerprint, opened
from plugins.newsroom.page import Page
from plugins.newsroom.release import (
    Correction,
    CorrectionKind,
    Imported,
    LanguageVersion,
    Release,
    Rewording,
    State,
    Withdrawal,
    WithdrawalKind,
)
from plugins.newsroom.site import Site
from plugins.newsroom.thread import Thread
from plugins.newsroom.topics import Audience, Keyword, ReleaseType, Topic

__all__ = [
    "Addresses", "Assignment", "Audience", "Bodies", "Bundle", "Contact", "Correction", "CorrectionKind", "Deadline",
    "Document", "Fault", "Faults", "File", "Funding", "Image", "Imported", "Input", "Keyword", "LanguageVersion",
    "Link", "Localized", "Newsroom", "Noun", "Output", "Page", "Phone", "PressMaterial", "Publisher", "Release",
    "ReleaseType", "Rendition", "Rewording", "SecurityPolicy", "Signatory", "Site", "State", "Task", "Terms", "Text",
    "Thread", "Topic", "Withdrawal", "WithdrawalKind", "catalogue", "fingerprint", "opened",
]  # fmt: skip
