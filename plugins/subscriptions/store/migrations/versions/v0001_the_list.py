"""The list as it began: readers, mailings, and the ledger of deliveries."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_tables()
    installation = sa.table("installation", sa.column("one"), sa.column("instance"), sa.column("beat"))
    op.execute(sa.insert(installation).values(one=1, instance=secrets.token_hex(16), beat=0))
    if op.get_context().dialect.name == "postgresql":
        # every row changes three times in a minute: room beside it, and its dead versions swept up at once
        op.execute(
            "ALTER TABLE deliveries SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, "
            "autovacuum_vacuum_cost_delay = 0)"
        )


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _make_tables() -> None:
    op.create_table(
        "askings",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("askings_pkey")),
    )
    op.create_index("askings_at", "askings", ["at"])
    op.create_index("askings_mark", "askings", ["mark", "at"])
    op.create_table(
        "consents",
        sa.Column("reader", NUMBER, autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("reader", "generation", name=op.f("consents_pkey")),
    )
    op.create_table(
        "deliveries",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("mailing", NUMBER, nullable=False),
        sa.Column("reader", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("doubts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("lease_until", MOMENT),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("reply", sa.Text()),
        sa.Column("relay_id", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("digest", NUMBER),
        sa.PrimaryKeyConstraint("number", name=op.f("deliveries_pkey")),
        sa.UniqueConstraint("mailing", "reader", name=op.f("deliveries_mailing_reader_key")),
        sqlite_autoincrement=True,
    )
    _partial_index("deliveries_digest", "deliveries", ["digest"], "digest IS NOT NULL")
    _partial_index("deliveries_in_doubt", "deliveries", ["changed_at", "number"], "state = 'in_doubt'")
    _partial_index("deliveries_leased", "deliveries", ["lease_until"], "state IN ('claimed', 'handing_over')")
    _partial_index("deliveries_queue", "deliveries", ["lane", "next_at", "number"], "state = 'queued'")
    op.create_index("deliveries_reader", "deliveries", ["reader"])
    _partial_index("deliveries_waiting", "deliveries", ["reader"], "state = 'waiting'")
    op.create_table(
        "follows",
        sa.Column("reader", NUMBER, autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("reader", "topic", name=op.f("follows_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "installation",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("baselined_at", MOMENT),
        sa.CheckConstraint("one = 1", name=op.f("installation_one_check")),
        sa.PrimaryKeyConstraint("one", name=op.f("installation_pkey")),
    )
    op.create_table(
        "mailings",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("fanned_out_at", MOMENT),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False),
        sa.Column("release", sa.Text()),
        sa.Column("revision", sa.Integer()),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("announcement", sa.Text()),
        sa.Column("frequency", sa.Text()),
        sa.Column("day", sa.Date()),
        sa.Column("purpose", sa.Text()),
        sa.PrimaryKeyConstraint("number", name=op.f("mailings_pkey")),
        sa.UniqueConstraint("frequency", "day", name=op.f("mailings_frequency_day_key")),
        sa.UniqueConstraint("release", "revision", name=op.f("mailings_release_revision_key")),
        sqlite_autoincrement=True,
    )
    _partial_index("mailings_live", "mailings", ["state", "due_at"], "state IN ('announced', 'fanned_out', 'held')")
    op.create_table(
        "readers",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("mark", sa.Text()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("urgent_only", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("end_reason", sa.Text()),
        sa.Column("soft_bounces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("soft_bounced_on", sa.Date()),
        sa.CheckConstraint(
            "(address IS NOT NULL) = (state IN ('pending', 'active')) AND (address IS NULL) = (mark IS NULL)",
            name=op.f("readers_address_only_while_subscribed_check"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("readers_pkey")),
        sa.UniqueConstraint("mark", name=op.f("readers_mark_key")),
        sqlite_autoincrement=True,
    )
    _partial_index("readers_pending", "readers", ["requested_at"], "state = 'pending'")
    op.create_table(
        "suppressions",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("suppressions_pkey")),
    )
