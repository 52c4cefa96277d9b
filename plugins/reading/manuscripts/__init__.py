"""What people wrote, taken apart: front matter into its shape, and the body as it was written."""
