"""Letters on their way: SMTP spoken step by step, the worker that keeps the ledger true, and what runs on a timer."""
