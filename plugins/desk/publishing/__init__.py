"""From the output folder to readers, and back: what is sent, judged, seen and told."""
