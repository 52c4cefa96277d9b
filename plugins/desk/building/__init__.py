"""From the content to the output folder, by our own way or by Pelican's."""
