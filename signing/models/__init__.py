from signing.models.document import Document
from signing.models.request import SignatureRequest
from signing.models.signed_file import SignedFile
from signing.models.signer import Signer
from signing.models.stray import Stray
from signing.models.submission import SignerLink, Submission

__all__ = ["Document", "SignatureRequest", "SignedFile", "Signer", "SignerLink", "Stray", "Submission"]
