"""Takes secrets out of text before it is drawn: what was logged must not travel on in a report.

Every pattern finds the secret's own form or the name that stands before it, and leaves what names the place alone: the
user, the host, the header, the key's name. Patterns start at a fixed word and have bounded or exclusive repeats, so
that the work grows linearly with the text. What looks like a secret by chance alone (long random words: trace ids,
commits, digests) is spared.
"""

from __future__ import annotations

import re

MASK = "[redacted]"

_UNLESS_MASKED = r"(?!\[redacted\])"

_NAMES = (
    r"pass(?:word|wd|phrase|code)?|pwd|secret|credentials?|token|x-amz-signature|sharedaccesssignature|(?<![a-z])sig"
    r"|(?:api|access|private|secret|account|encryption|signing|master|shared|auth)[-_]?key"
    r"|connect\.sid|(?:j?session|phpsess|aspxsess)id"
)
"""How the names end that secrets are written behind: `DB_PASSWORD`, `x-api-key`, `csrftoken`."""

_VALUE = (
    # quoted, where the text was cut off to the end of the line; or a bare word
    r"""(?P<open>\\{0,3}["'])(?P<quoted>(?:(?!(?P=open))(?:\\[^\n]|[^\n]))*)(?P<close>(?P=open)|$)"""
    r"""|(?P<bare>(?:[^\s"'&;,)}\]<>\\]|,(?!\s|\w{1,40}=))+)"""
)

_ASSIGNED = re.compile(
    rf"(?P<name>{_NAMES})(?P<sign>(?:\\{{0,3}}[\"'])?\s{{0,8}}(?:=>|[:=])\s{{0,8}}){_UNLESS_MASKED}(?:{_VALUE})",
    re.IGNORECASE | re.MULTILINE,
)

_PLACEHOLDER = re.compile(
    r"(?:null|none|nil|undefined|true|false|yes|no|empty|missing|invalid|required|expired|incorrect|wrong|unset"
    r"|\*+|x+|\?|\$\d+|%\w"
    r"|\$?\{.*|<.*|:\w+|\.+)\Z",
    re.IGNORECASE,
)

_COOKIE = r"[^\s=;,\"']{1,200}=[^\s;,\"']*"

_KNOWN_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    # PEM and OpenSSH private keys, also where the end was cut off
    (
        re.compile(
            r"(-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----)(?!\[redacted\]).*?"
            r"(-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z)",
            re.DOTALL,
        ),
        rf"\1{MASK}\2",
    ),
    # JSON Web Tokens (RFC 7519): base64url of '{"'
    (re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"), MASK),
    # AWS access key ids (IAM user guide, "Understanding unique ID prefixes")
    (re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"), MASK),
    # tokens with a vendor's prefix: GitHub, GitLab, Slack, Stripe, Google, npm, PyPI, SendGrid, OpenAI, Anthropic,
    # DigitalOcean, Hugging Face
    (
        re.compile(
            r"(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|gl(?:pat|ptt|rt)-[\w-]{20,}"
            r"|xox[abeprs]-[\w-]{10,}|xapp-[\w-]{10,}|[srp]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9]{16,}|AIza[\w-]{35}"
            r"|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|SG\.[\w-]{16,}\.[\w-]{16,}"
            r"|sk-(?=[\w-]*\d)[\w-]{20,}|dop_v1_[a-f0-9]{64}|hf_[A-Za-z0-9]{30,})"
        ),
        MASK,
    ),
    # passwords in URLs and connection strings: scheme://user:password@host
    (re.compile(r"(?<=://)([^\s/:@?#\"'<>]{0,200}):(?!\[redacted\]@)[^\s/?#\"'<>]+@"), rf"\1:{MASK}@"),
    # a token in place of the user: https://TOKEN@host
    (re.compile(r"(?<=://)[^\s/:@?#\"'<>]{20,}@"), f"{MASK}@"),
    # Authorization headers, whatever their scheme
    (
        re.compile(
            r"(\bauthorization\\{0,3}[\"']?\s{0,8}[:=]\s{0,8}\\{0,3}[\"']?"
            r"(?:(?:basic|bearer|digest|token|negotiate|apikey|aws4-hmac-sha256)[ \t]{1,8}|(?=[^\s\d]{0,60}\d)))"
            r"(?!\[redacted\])[^\s\"'\\,]+(?:,[ \t]?\w+=[^\s,]+)*",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    # credentials that lost their header: a long word with a digit
    (re.compile(r"(\b(?:bearer|basic)[ \t]{1,8})(?=[A-Za-z._~+/=-]*\d)[\w.~+/=-]{12,}", re.IGNORECASE), rf"\1{MASK}"),
    # Cookie and Set-Cookie headers: all pairs of the line
    (
        re.compile(
            rf"(\b(?:set-)?cookie\\{{0,3}}[\"']?\s{{0,8}}[:=]\s{{0,8}}\\{{0,3}}[\"']?)"
            rf"{_COOKIE}(?:;[ \t]{{0,8}}{_COOKIE})*",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    # command lines: --password hunter2, curl -u user:hunter2
    (
        re.compile(
            r"((?<!\S)--?[\w-]{0,40}(?:password|passwd|token|secret|api-?key)[ \t]{1,8})(?!\[redacted\]|-)[^\s\"']+",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]?[^\s:]{1,80}:)(?!\[redacted\])\S+"), rf"\1{MASK}"),
    # SQL: IDENTIFIED BY 'x', PASSWORD 'x'
    (
        re.compile(r"(\b(?:identified[ \t]{1,8}by|password)[ \t]{1,8}')(?!\[redacted\])[^'\n]*", re.IGNORECASE),
        rf"\1{MASK}",
    ),
    # XML: <password>x</password>
    (
        re.compile(r"(<[\w:.-]{0,40}(?:password|passwd|secret|token|apikey)>)(?!\[redacted\])[^<\n]+", re.IGNORECASE),
        rf"\1{MASK}",
    ),
    # crypt(3) hashes, as in /etc/shadow
    (re.compile(r"\$(?:[156y]|2[abxy]|argon2id?)\$[\w./$=,+]{12,}"), MASK),
)


def redact(text: str) -> str:
    """`text` with secrets replaced by `[redacted]`; what is redacted once is not changed again.

    Finds private keys, JSON Web Tokens, AWS keys, tokens with known prefixes, passwords in URLs, authorization and
    cookie headers, values behind names that end like a secret's, password hashes. It cannot know a secret that has
    neither a form nor a name.

    >>> redact("GET https://amy:hunter2@db.example/x?token=5ecr3t&page=2")
    'GET https://amy:[redacted]@db.example/x?token=[redacted]&page=2'
    """
    for pattern, mask in _KNOWN_FORMS:
        text = pattern.sub(mask, text)
    return _ASSIGNED.sub(_masked, text)


def _masked(match: re.Match[str]) -> str:
    quoted = match["open"] is not None
    value = match["quoted"] if quoted else match["bare"]
    if not value.strip() or _spared(match["name"].lower(), match["sign"], value, quoted=quoted):
        return match[0]
    kept = match["name"] + match["sign"]
    return f"{kept}{match['open']}{MASK}{match['close']}" if quoted else kept + MASK


def _spared(name: str, sign: str, value: str, *, quoted: bool) -> bool:
    """Whether `value` is no secret in spite of the name before it."""
    if MASK in value or _PLACEHOLDER.match(value):
        return True
    if name in ("pass", "pwd", "sig"):  # a test's outcome, the working directory, a signal
        return value.startswith(("/", "~", "SIG")) or value.isdigit() or (name == "pass" and "=" not in sign)
    if name in ("token", "credential", "credentials"):  # a parser's token, a count of tokens
        return value.isdigit() or (":" in sign and not quoted and not _random(value))
    return False


def _random(value: str) -> bool:
    return len(value) >= 8 and any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
