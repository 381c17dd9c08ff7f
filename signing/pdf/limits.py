"""What an uploaded file may cost us, in one place; DOCUMENT_MAX_BYTES and DOCUMENT_MAX_PAGES are settings."""

# Of the child process in which a file is opened.
MEMORY = 512 * 1024 * 1024  # bytes of address space
CPU_SECONDS = 10
WALL_SECONDS = 15.0
NICE = 10  # it yields to whoever answers requests
ANSWER_BYTES = 1_000_000  # 500 pages' sizes take 15 kB

# Of the child in which a signed file is compared with what was sent: it reads texts too.
COMPARE_CPU_SECONDS = 15  # and one more for so many pages, up to the most (500 pages full of text take 5 s) …
COMPARE_PAGES_A_SECOND = 50
COMPARE_CPU_SECONDS_MAX = 25
COMPARE_WALL_SECONDS = 30.0  # … which a machine in use grants within this, or the comparison is made again

# Of one web process: fewer than its threads, so that reads go on whatever is uploaded.
AT_ONCE = 2  # children
WAITING = 1  # uploads beside those
WAIT_SECONDS = 5.0
OWNER_AT_ONCE = 1  # children of one organization: it cannot keep the others from uploading
OWNER_INSIDE = 2  # uploads of one organization, waiting ones included

# Of a file.
OBJECTS = 200_000  # qpdf keeps about 2 kB for each
TAIL_BYTES = 64  # from the last startxref to the end: it is short when nothing follows
