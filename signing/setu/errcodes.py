"""What Setu's 24 error codes of a signing attempt mean to us, as data.

None of them ends a request at Setu: the signer stays `pending` and may try the same link again. The
grouping, the sentences and what to do are ours; the codes, with their spelling, are Setu's
(SetuHQ/docs content/data/esign/error-codes.mdx). An unknown code needs a human.
"""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    RETRY_NOW = "retry_now"  # the signer may open the same link at once
    RETRY_LATER = "retry_later"  # the same link, after a wait; no reminders before it
    HUMAN = "human"  # the same link will fail again until somebody changes something
    UPSTREAM = "upstream"  # not the signer's doing; alert if it lasts
    LINK_OVER = "link_over"  # the link has served: read the request again before saying anything


@dataclass(frozen=True, slots=True)
class Meaning:
    """retry_after_seconds: the wait Setu states; None where it states none."""

    code: str
    group: Group
    sentence: str
    retry_after_seconds: int | None = None


_MEANINGS = (
    Meaning("otp_not_entered", Group.RETRY_NOW, "The signer left before entering the OTP."),
    Meaning("otp_expired", Group.RETRY_NOW, "The OTP expired before it was entered."),
    Meaning("invaild_otp", Group.RETRY_NOW, "The OTP entered was wrong."),
    Meaning("session_expired", Group.RETRY_NOW, "The signing session ran out of time."),
    Meaning(
        "tnx_value_mismatch", Group.RETRY_NOW, "The signing session got mixed up. Please start it again."
    ),
    Meaning("invalid_aadhaar_number", Group.RETRY_NOW, "The Aadhaar number entered was not a valid one."),
    Meaning(
        "exceeded_otp_attempt",
        Group.RETRY_NOW,
        "A wrong OTP was entered too often. Please ask for a fresh one.",
    ),
    Meaning(
        "exceeded_otp_retries",
        Group.RETRY_NOW,
        "The OTP was asked for again too often. Please start over from the link.",
    ),
    Meaning(
        "wait_otp_generation_1min",
        Group.RETRY_LATER,
        "Another OTP can be sent in one minute.",
        retry_after_seconds=60,
    ),
    Meaning(
        "wait_otp_generation_30min",
        Group.RETRY_LATER,
        "Too many OTPs were asked for. Another can be sent in 30 minutes.",
        retry_after_seconds=30 * 60,
    ),
    Meaning(
        "exceeded_otp_generation",
        Group.RETRY_LATER,
        "Too many OTPs were asked for. Please try again after some time.",
    ),
    Meaning(
        "otp_flooding_error",
        Group.RETRY_LATER,
        "OTPs were asked for too quickly. Please try again after some time.",
    ),
    Meaning(
        "aadhaar_not_linked",
        Group.HUMAN,
        "No mobile number is linked to the signer's Aadhaar, so no OTP can reach them.",
    ),
    Meaning(
        "aadhaar_locked", Group.HUMAN, "The signer's Aadhaar is locked. Only they can unlock it, with UIDAI."
    ),
    Meaning(
        "aadhaar_suspended", Group.HUMAN, "The signer's Aadhaar is suspended. They need to turn to UIDAI."
    ),
    Meaning(
        "name_match_error",
        Group.HUMAN,
        "The signer's name differs from the one on their Aadhaar. A new request has to be made.",
    ),
    Meaning(
        "yob_match_error",
        Group.HUMAN,
        "The signer's birth year differs from the one on their Aadhaar. A new request has to be made.",
    ),
    Meaning("signer_declined", Group.HUMAN, "The signer declined to sign."),
    Meaning("transaction_not_allowed", Group.HUMAN, "Aadhaar did not allow this signature for the signer."),
    Meaning("service_down", Group.UPSTREAM, "The signing service was down. Please try again later."),
    Meaning(
        "upstream_server_error", Group.UPSTREAM, "The signing service had a fault. Please try again later."
    ),
    Meaning(
        "signature_creation_failure",
        Group.UPSTREAM,
        "The signature could not be made. Please try again later.",
    ),
    Meaning("document_already_signed", Group.LINK_OVER, "This link has already been used to sign."),
    Meaning("document_not_found", Group.LINK_OVER, "The document is no longer there to be signed."),
)

MEANINGS = {known.code: known for known in _MEANINGS}


def meaning(code: str) -> Meaning:
    """What a code of `SetuSigner.err_code` means. An unknown one keeps its text and needs a human."""
    return MEANINGS.get(code) or Meaning(
        code, Group.HUMAN, "The attempt to sign failed for a reason new to us."
    )
