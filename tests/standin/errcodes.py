"""The result codes Setu documents for a signing attempt, in Setu's spelling, with texts of our own."""

GROUPS = {
    "The signer can try again at once": {
        "otp_not_entered": "The signer left without entering the one-time password.",
        "otp_expired": "The one-time password has expired.",
        "invaild_otp": "The one-time password was wrong.",
        "session_expired": "The signing session has expired.",
        "tnx_value_mismatch": "The transaction does not match.",
        "invalid_aadhaar_number": "The Aadhaar number is not valid.",
        "exceeded_otp_attempt": "Too many wrong one-time passwords.",
        "exceeded_otp_retries": "Too many requests for another one-time password.",
    },
    "The signer can try again after a wait": {
        "wait_otp_generation_1min": "Wait a minute before asking for another one-time password.",
        "wait_otp_generation_30min": "Wait half an hour before asking for another one-time password.",
        "exceeded_otp_generation": "Too many one-time passwords were asked for; wait some time.",
        "otp_flooding_error": "Too many one-time passwords in a short time.",
    },
    "Somebody has to help": {
        "aadhaar_not_linked": "No mobile number is linked to this Aadhaar.",
        "aadhaar_locked": "This Aadhaar is locked.",
        "aadhaar_suspended": "This Aadhaar is suspended.",
        "name_match_error": "The name differs from the name in Aadhaar.",
        "yob_match_error": "The year of birth differs from the one in Aadhaar.",
        "signer_declined": "The signer declined.",
        "transaction_not_allowed": "The transaction is not allowed.",
    },
    "The Aadhaar service has a problem": {
        "service_down": "The Aadhaar service is down.",
        "upstream_server_error": "The Aadhaar service had an error.",
        "signature_creation_failure": "The signature could not be made.",
    },
    "The link is of no more use": {
        "document_already_signed": "This signer has already signed.",
        "document_not_found": "The document does not exist any more.",
    },
}
ERR_CODES = {code: text for codes in GROUPS.values() for code, text in codes.items()}


def message(err_code: str) -> str:
    """A text for people; codes beyond the list have one as well."""
    return ERR_CODES.get(err_code, "The signing attempt failed.")
