"""Bodies, from Markdown to safe HTML, and where they are kept."""
