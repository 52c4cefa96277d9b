"""Askings are counted by mailbox, and what is held and the release told last are found without reading the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("askings", sa.Column("mailbox", sa.Text()))
    op.execute("UPDATE askings SET mailbox = mark")  # so it is where there is no plus sign; all go within 30 days
    op.drop_index("askings_mark", "askings")
    with op.batch_alter_table("askings") as askings:
        askings.alter_column("mailbox", nullable=False)
    op.create_index("askings_mark", "askings", ["mark"])
    op.create_index("askings_mailbox", "askings", ["mailbox", "at"])
    _partial_index("deliveries_held", "deliveries", "mailing", "state = 'held'")
    _partial_index("mailings_told", "mailings", "fanned_out_at", "kind = 'release'")


def _partial_index(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
