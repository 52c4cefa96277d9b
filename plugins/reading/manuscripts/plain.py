"""What a text must be before it is read: a file in UTF-8 with a front matter, in a folder with a plain name."""

import codecs

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
"""What a name in an address looks like."""

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How a file begins that an editor saved as "Unicode"."""

NO_FRONT_MATTER = "the first line must be ---, and the front matter must stand between it and another line of ---"
NO_END = "the front matter has no end: a line of only --- (three hyphens) is missing before the body"
NOT_UTF8 = "the file is not saved as UTF-8; save it again as UTF-8"
