"""Something that stops a publishing, said so that whoever started it knows what to do."""


class Trouble(Exception):
    """A host that can't be reached, a program that is missing, an edition that isn't whole.

    `message` is an English sentence with `{name}` places for `values`; catalogues translate it before the places are
    filled.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message.format(**values))
        self.message = message
        self.values = values

    def sentence(self, translation: str | None = None) -> str:
        """Answer the sentence, in the given translation of `message` or else in English."""
        return (translation or self.message).format(**self.values)
