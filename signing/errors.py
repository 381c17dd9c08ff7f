from core.errors import Busy, Conflict, Gone, Invalid


class DocumentRefused(Invalid):
    code = "document_refused"
    title = "The document was not taken"


class InspectionBusy(Busy):
    code = "inspection_busy"
    title = "Many documents are being checked"


class StorageDown(Busy):
    code = "storage_down"
    title = "Files cannot be stored just now"


class DocumentInUse(Conflict):
    code = "document_in_use"
    title = "This document is being signed already"


class RequestEnded(Conflict):
    code = "request_ended"
    title = "This request has ended"


class BeingCancelled(Conflict):
    code = "being_cancelled"
    title = "This request is being cancelled"


class AllSigned(Conflict):
    code = "all_signed"
    title = "Everybody has signed"


class AlreadySigned(Conflict):
    code = "already_signed"
    title = "You have signed"


class NotComplete(Conflict):
    code = "not_complete"
    title = "The signed file is not there yet"


class NoRoom(Invalid):
    code = "no_room_for_signatures"
    title = "There is no room for all signatures"


class LinkOver(Gone):
    code = "link_expired"
    title = "This link has expired"


class NotYourTurn(Conflict):
    code = "not_your_turn"
    title = "It is not your turn"
