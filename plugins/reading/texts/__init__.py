"""From manuscripts to nouns: releases, assignments and pages, with what belongs to them."""
