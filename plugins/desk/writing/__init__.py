"""From a headline to a finished text: new, check, preview, correct, move; and what stands when."""
