"""The words of the sample contract. Its companies, people, offices and figures are made up."""

TITLE = "Services Agreement"

PARTIES = [
    "<b>Neelmohar Software Private Limited</b>, a company with its registered office at 4th Floor, Palash "
    "Court, Lane 7, Baner, Pune 411045, Maharashtra, represented by its Director, Ms Asha Rao (the "
    "<b>Provider</b>); and",
    "<b>Sagarvel Logistics Private Limited</b>, a company with its registered office at 18 Harbour View "
    "Road, Willingdon Island, Kochi 682003, Kerala, represented by its Chief Operating Officer, Mr Ravi "
    "Sen (the <b>Client</b>).",
]

RECITALS = [
    "The Client moves goods between the ports of the western coast and wishes to replace the paper on "
    "which its drivers, warehouses and customers confirm deliveries.",
    "The Provider builds and runs software for transport companies and has shown the Client a working "
    "trial of its delivery system at the Kochi depot.",
    "The parties wish to set down on what terms the Provider will build, run and support that system for "
    "the Client.",
]

CLAUSES = [
    (
        "Services",
        [
            "The Provider shall deliver the services described in the Schedule (the <b>Services</b>) with "
            "the skill and care that may be expected of an experienced firm in its trade.",
            "The Provider shall name one project lead. It may replace the lead only with a person of equal "
            "experience, after telling the Client fourteen days ahead.",
            "Changes to the Services need a written change note that states the effect on dates and fees "
            "and is signed by both parties. Until then work goes on as agreed.",
        ],
    ),
    (
        "Term",
        [
            "This Agreement begins on 1 February 2026 and runs for twenty-four months.",
            "It is extended by twelve months at a time unless one party tells the other, at least sixty "
            "days before the end of the current period, that it does not wish so.",
        ],
    ),
    (
        "Duties of the Client",
        [
            "The Client shall give the Provider, in good time, the information, test data and access to "
            "its depots that the Services call for, and shall name one person who may decide for it.",
            "Where the Client is late, the dates in the Schedule move by the same number of days. The "
            "Provider shall tell the Client without delay when it sees that this will happen.",
        ],
    ),
    (
        "Fees and payment",
        [
            "The Client shall pay the fees stated in the Schedule. Goods and services tax is added at the "
            "rate in force on the day of the invoice.",
            "Invoices are issued on the last working day of each month and are due within thirty days of "
            "receipt. The Client may hold back a disputed part, if it states its reasons within ten days, "
            "and shall pay the rest.",
            "Sums paid late bear simple interest of twelve per cent a year from the due date until payment.",
            "Travel outside Pune and Kochi is charged at cost, against receipts, if the Client agreed to "
            "it beforehand.",
        ],
    ),
    (
        "Acceptance",
        [
            "The Client shall test each deliverable within fifteen days and either accept it in writing or "
            "list the faults it has found. A deliverable in daily use for thirty days counts as accepted.",
            "The Provider shall mend listed faults at its own cost and hand the deliverable over again. If "
            "it fails the same test three times, the Client may reject it and need not pay for it.",
        ],
    ),
    (
        "Intellectual property",
        [
            "What the Provider owned before this Agreement, or makes outside of it, stays its own. The "
            "Client may use it, without limit in time, as far as it needs to in order to use the "
            "deliverables.",
            "Rights in deliverables written for the Client alone pass to the Client once they are paid in "
            "full.",
        ],
    ),
    (
        "Confidentiality",
        [
            "Each party shall keep secret what it learns of the other's business, shall use it for this "
            "Agreement only, and shall show it only to those of its people and advisers who need to see it.",
            "This does not hold for what is public, was known before, or must be disclosed by law. It "
            "lasts for three years after the end of this Agreement.",
        ],
    ),
    (
        "Personal data",
        [
            "The Provider handles personal data of the Client's drivers and customers only on the Client's "
            "written instructions, keeps it in India, and protects it by encryption and by limits on who "
            "may see it.",
            "The Provider shall tell the Client of a breach of personal data within twenty-four hours of "
            "learning of it, with what it then knows, and shall return or erase the data when this "
            "Agreement ends.",
        ],
    ),
    (
        "Warranties and liability",
        [
            "The Provider warrants that accepted deliverables will work as specified for six months, and "
            "that to its knowledge they infringe no right of any third person.",
            "Neither party is liable for loss of profit that it could not foresee. The liability of each "
            "party in a contract year is limited to the fees payable in that year. Nothing limits "
            "liability for fraud, wilful default or breach of clause 7 or 8.",
        ],
    ),
    (
        "Ending this Agreement early",
        [
            "Either party may end this Agreement by ninety days' written notice, or at once if the other "
            "commits a serious breach and does not mend it within thirty days of being asked to.",
            "On the end of this Agreement the Client pays for work done until then, and the Provider hands "
            "over all data and deliverables and helps, for sixty days and at the rates of the Schedule, to "
            "move to another supplier.",
        ],
    ),
    (
        "People",
        [
            "Each party remains the employer of its own people and answers for their acts at the premises "
            "of the other, where they follow the rules of the house.",
            "During the term and for six months after it, no party shall hire away a person of the other "
            "who has worked on the Services, unless the other agrees.",
        ],
    ),
    (
        "Events beyond control",
        [
            "No party answers for a delay caused by events which it could neither foresee nor prevent, "
            "such as floods, cyclones or the closure of a port, as long as it tells the other within five "
            "days and does what it reasonably can to limit the harm.",
        ],
    ),
    (
        "Disputes and law",
        [
            "The parties shall first try to settle a dispute in talks between their managing directors. "
            "What is not settled within thirty days goes to a sole arbitrator, appointed by agreement. The "
            "seat is Pune and the language is English.",
            "This Agreement is governed by the laws of India. The courts at Pune have jurisdiction over "
            "whatever is not for the arbitrator.",
        ],
    ),
    (
        "Notices",
        [
            "Notices under this Agreement are given in writing, by registered post to the registered "
            "office or by e-mail to the contact stated in the Schedule. A notice by e-mail counts as "
            "received on the next working day.",
        ],
    ),
    (
        "General",
        [
            "This document and its Schedule are the whole agreement between the parties and replace what "
            "was said or written before. Changes must be in writing and signed by both.",
            "The parties agree to sign electronically. A document signed in this way has the same force as "
            "one signed on paper by hand.",
        ],
    ),
]

FEES = [
    ["Service", "Deliverable and date", "Fee (without tax)"],
    ["Delivery app for drivers", "Working app for 120 drivers, by 30 April 2026", "Rs 8,40,000, once"],
    ["Depot desk", "Web screens for the Kochi and Mangaluru depots, by 30 June 2026", "Rs 6,25,000, once"],
    ["Customer confirmations", "Signed delivery notes by e-mail, by 31 July 2026", "Rs 3,10,000, once"],
    ["Running and support", "Weekdays 8 am to 8 pm; 99.5% availability", "Rs 95,000 a month"],
]

SERVICE_LEVELS = [
    ["Fault", "Example", "First answer, remedy"],
    ["Critical", "No depot can print or confirm deliveries", "30 minutes, 4 hours"],
    ["Serious", "One depot or one kind of phone cannot work", "2 hours, 1 working day"],
    ["Minor", "A report shows a wrong total; a way around exists", "1 working day, 10 working days"],
]

CONTACTS = [
    ["Party", "Contact", "E-mail for notices"],
    ["Provider", "Meher Pillai, project lead", "contracts@neelmohar.example"],
    ["Client", "Tara Kulkarni, head of operations", "notices@sagarvel.example"],
]

SIGNATORIES = [
    [
        "FOR NEELMOHAR SOFTWARE PRIVATE LIMITED",
        "Name: Asha Rao",
        "Title: Director",
        "Place: Pune",
    ],
    [
        "FOR SAGARVEL LOGISTICS PRIVATE LIMITED",
        "Name: Ravi Sen",
        "Title: Chief Operating Officer",
        "Place: Kochi",
    ],
]
