"""Letters: what one reader gets. Each is made once for all who get the same, with slots for what is each reader's."""
