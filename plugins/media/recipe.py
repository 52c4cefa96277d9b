"""Which pictures are taken, and by which recipe others are made of them: known without Pillow, slow to import."""

KINDS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
"""Pillow's name of what is in a file, by the file's ending."""

RECIPE = "2"
"""Change it when `picture` would make other bytes of the same picture."""
