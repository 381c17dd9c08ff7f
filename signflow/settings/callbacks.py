"""What Setu's callbacks must bring: a token in their path, and where Setu can send it, a proof in their headers."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network

from signflow.settings.environment import env, malformed, missing

SECRETS_MAX = 2  # the new one and, while Setu is being told, the old one

SETU_CALLBACK_TOKENS: list[str] = env.list("SETU_CALLBACK_TOKENS", default=[])  # the current one first
if not SETU_CALLBACK_TOKENS:
    missing.append("SETU_CALLBACK_TOKENS")

# --- Proofs in headers; each that is set must be brought ------------------------------------------------
SETU_CALLBACK_BASIC: list[str] = env.list("SETU_CALLBACK_BASIC", default=[])  # user:password
SETU_CALLBACK_API_KEYS: list[str] = env.list("SETU_CALLBACK_API_KEYS", default=[])
SETU_CALLBACK_API_KEY_HEADER: str = env.str("SETU_CALLBACK_API_KEY_HEADER", default="")
SETU_CALLBACK_HMAC_SECRETS: list[str] = env.list("SETU_CALLBACK_HMAC_SECRETS", default=[])
SETU_CALLBACK_HMAC_HEADER: str = env.str("SETU_CALLBACK_HMAC_HEADER", default="")

for _name, _secrets, _header_name, _header in (
    ("SETU_CALLBACK_BASIC", SETU_CALLBACK_BASIC, "", ""),
    ("SETU_CALLBACK_API_KEYS", SETU_CALLBACK_API_KEYS,
     "SETU_CALLBACK_API_KEY_HEADER", SETU_CALLBACK_API_KEY_HEADER),
    ("SETU_CALLBACK_HMAC_SECRETS", SETU_CALLBACK_HMAC_SECRETS,
     "SETU_CALLBACK_HMAC_HEADER", SETU_CALLBACK_HMAC_HEADER),
):  # fmt: skip
    if len(_secrets) > SECRETS_MAX:
        malformed.append(f"{_name} holds more than {SECRETS_MAX} secrets: a new one and an old one.")
    if _header_name and bool(_secrets) != bool(_header):  # half of it would let everybody in, or nobody
        missing.append(_header_name if _secrets else _name)
    if _header and re.fullmatch(r"[A-Za-z0-9-]+", _header) is None:
        malformed.append(f"{_header_name} is not a header's name.")
if any(
    not user or not password for user, _, password in (each.partition(":") for each in SETU_CALLBACK_BASIC)
):
    malformed.append("SETU_CALLBACK_BASIC is not user:password, or two of them with a comma between.")

# --- Where they come from: a signal, never a reason to refuse ---------------------------------------------
SETU_CALLBACK_NETWORKS: list[IPv4Network | IPv6Network] = []
for _text in env.list("SETU_CALLBACK_NETWORKS", default=[]):
    try:
        SETU_CALLBACK_NETWORKS.append(ip_network(_text))
    except ValueError:
        malformed.append(
            "SETU_CALLBACK_NETWORKS must be networks such as 203.0.113.0/24, separated by commas."
        )
