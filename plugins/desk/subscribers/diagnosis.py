"""What `press subscribers doctor` says about each finding: what is wrong, and what to do."""

from plugins.desk.words import _
from plugins.subscriptions.operations.doctor import Finding, Kind


def said(finding: Finding) -> str:
    """Answer the sentence for a finding, in the desk's language."""
    return _sentences()[finding.kind].format(**finding.facts)


def _sentences() -> dict[Kind, str]:
    return {
        Kind.LOCAL: _("The list is set up for this computer only; LIST_MODE=public is for readers."),
        Kind.SAME_SECRETS: _("Two secrets are the same. Give each one of its own: openssl rand -hex 32"),
        Kind.OPEN_FILE: _("Everyone on this machine can read {file}. Do: chmod o-r {file}"),
        Kind.LITTLE_SPACE: _("Only {megabytes} MB are free where {folder} is. Make room: a full disk stops the list."),
        Kind.DATABASE: _("The database can't be used. {why}"),
        Kind.DATABASE_GOOD: _("The database answers, and its tables are of this version."),
        Kind.INSTANCE: _("This machine does not mail. {why}"),
        Kind.NEVER_RAN: _("Nothing has mailed from {folder} yet. Is LIST_STATE right, and the service running?"),
        Kind.LATE_LETTERS: _("Letters have been waiting since {since}. Is press subscribers serve or send running?"),
        Kind.LATE_MAILING: _("{release} should have gone out at {since}. Is press subscribers serve running?"),
        Kind.HELD_LETTERS: _(
            "{number} letters are held since a restore or a doubt. Send them with press subscribers requeue, "
            "or leave them."
        ),
        Kind.HELD_MAILING: _("{release} is held. Go on with press subscribers release, or cancel it."),
        Kind.IN_DOUBT: _("Of {number} letters nobody knows whether they were sent; they settle by themselves."),
        Kind.SITE: _("What is published can't be read. {why}"),
        Kind.SITE_GOOD: _("The site answers; it announces {number} notices."),
        Kind.CLOCK: _("This machine's clock differs from the site's by {seconds} seconds. Is NTP running?"),
        Kind.SERVICE: _("Readers can't reach the list at {address} ({why}). Is it running, and the proxy set up?"),
        Kind.SERVICE_GOOD: _("Readers reach the list at {address}."),
        Kind.RELAY: _("The relay {relay} takes no letters: {why}"),
        Kind.RELAY_GOOD: _("The relay {relay} lets us in."),
        Kind.RELAY_OPEN: _("Letters and password go to {relay} unencrypted. Use smtp:// or smtps:// in LIST_RELAY."),
        Kind.RELAY_LOG: _("The relay's log {file} can't be read; letters in doubt can't be looked up there."),
        Kind.FEEDBACK: _("{folder} is no Maildir; bounces aren't read. See LIST_FEEDBACK."),
        Kind.NO_FEEDBACK: _("Bounces aren't read, so dead addresses stay. Set LIST_FEEDBACK to their Maildir."),
        Kind.DKIM_KEY: _("The DKIM key {file} can't be used: {why}"),
        Kind.DNS: _("DNS doesn't answer ({why}); SPF, DKIM and DMARC were not looked at."),
        Kind.NO_MAIL: _("{domain} takes no mail; answers to letters and some receivers want that it does (MX)."),
        Kind.NO_BOUNCES: _("{domain} takes no mail, so bounces are lost. Add an MX record."),
        Kind.NO_SPF: _("{domain} has no SPF record. Add a TXT record such as: v=spf1 include:<the relay> -all"),
        Kind.MANY_SPF: _("{domain} has several SPF records, which counts as none. Keep one."),
        Kind.SPF_FOR_ALL: _("The SPF record of {domain} lets everyone send in its name (+all). End it with -all."),
        Kind.SPF_GOOD: _("{domain} has an SPF record: {record}"),
        Kind.NO_DKIM: _("{name} has no DKIM key. Add this TXT record: {record}"),
        Kind.OTHER_DKIM: _("{name} has another key than letters are signed with. It should say: {record}"),
        Kind.DKIM_GOOD: _("{name} has the key that letters are signed with."),
        Kind.DKIM_BY_RELAY: _("The list doesn't sign its letters; see to it that the relay does (DKIM)."),
        Kind.NO_DMARC: _(
            "{domain} has no DMARC policy; large receivers refuse lists without one. Add the TXT record "
            "_dmarc.{domain}: v=DMARC1; p=none"
        ),
        Kind.DMARC_GOOD: _("{domain} has a DMARC policy (p={policy})."),
        Kind.NOT_ALIGNED: _(
            "Neither {returns} nor the DKIM domain belongs to {sender}, so DMARC fails. Make LIST_RETURN_DOMAIN "
            "or LIST_DKIM_DOMAIN a part of {sender}."
        ),
    }
