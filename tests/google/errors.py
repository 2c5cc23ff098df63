"""Google's error replies. Bodies as recorded, but for those that tests/google/unbacked.py names."""

HTML_502 = """<!DOCTYPE html>
<html lang=en>
  <meta charset=utf-8>
  <title>Error 502 (Server Error)!!1</title>
  <p><b>502.</b> <ins>That's an error.</ins>
  <p>The server encountered a temporary error and could not complete your request.<p>Please try again in 30
  seconds.  <ins>That's all we know.</ins>
"""
PROJECT = "123456789012"


class Refusal(Exception):  # noqa: N818 - it is a reply, and becomes one
    """A reply that isn't 200."""

    def __init__(self, code: int, status: str, message: str, details: list | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.body = {"error": {"code": code, "message": message, "status": status}}
        if details:
            self.body["error"]["details"] = details

    def __reduce__(self) -> tuple:
        """As exceptions are pickled, on the way from the stand-in's own process."""
        error = self.body["error"]
        return Refusal, (self.code, error.get("status", ""), error["message"], error.get("details"))


def invalid(message: str, field: str | None = None) -> Refusal:
    """400; with a field, as Google refuses what doesn't fit its schema."""
    details = []
    if field:
        violation = {"field": field, "description": message}
        details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    return Refusal(400, "INVALID_ARGUMENT", message, details)


def bad_mask(path: str) -> Refusal:
    refusal = invalid(
        f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'.", path
    )
    refusal.body["error"]["message"] = "Request contains an invalid argument."
    return refusal


def unknown_range(text: str) -> Refusal:
    return invalid(f"Unable to parse range: {text}")


def not_found() -> Refusal:
    return Refusal(404, "NOT_FOUND", "Requested entity was not found.")


def not_shared() -> Refusal:
    return Refusal(403, "PERMISSION_DENIED", "The caller does not have permission")


def too_narrow() -> Refusal:
    """A token's scopes don't cover the call."""
    info = {"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "domain": "googleapis.com"}
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", **info}]
    return Refusal(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.", details)


def no_identity() -> Refusal:
    return Refusal(
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). Please use API "
        "Key or other form of API consumer identity to call this API.",
    )


def bad_key() -> Refusal:
    info = {"reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", **info}]
    message = "API key not valid. Please pass a valid API key."
    return Refusal(400, "INVALID_ARGUMENT", message, details)


def bad_token() -> Refusal:
    return Refusal(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or "
        "other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )


def key_cannot_write() -> Refusal:
    return Refusal(
        401,
        "UNAUTHENTICATED",
        "API keys are not supported by this API. Expected OAuth2 access token or other authentication "
        "credentials that assert a principal. See https://cloud.google.com/docs/authentication",
    )


def too_many(what: str, limit: int, *, per_user: bool) -> Refusal:
    """429; `what` is Read or Write."""
    per = "per minute per user" if per_user else "per minute"
    message = (
        f"Quota exceeded for quota metric '{what} requests' and limit '{what} requests {per}' of service "
        f"'sheets.googleapis.com' for consumer 'project_number:{PROJECT}'."
    )
    metadata = {
        "quota_limit_value": str(limit),
        "service": "sheets.googleapis.com",
        "consumer": f"projects/{PROJECT}",
        "quota_unit": "1/min/{project}/{user}" if per_user else "1/min/{project}",
        "quota_location": "global",
        "quota_metric": f"sheets.googleapis.com/{what.lower()}_requests",
        "quota_limit": f"{what}RequestsPerMinutePer{'User' if per_user else 'Project'}",
    }
    info = {"reason": "RATE_LIMIT_EXCEEDED", "domain": "googleapis.com", "metadata": metadata}
    link = {
        "description": "Request a higher quota limit.",
        "url": "https://cloud.google.com/docs/quotas/help/request_increase",
    }
    details = [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", **info},
        {"@type": "type.googleapis.com/google.rpc.Help", "links": [link]},
    ]
    return Refusal(429, "RESOURCE_EXHAUSTED", message, details)


def internal() -> Refusal:
    return Refusal(500, "INTERNAL", "Internal error encountered.")


def unavailable() -> Refusal:
    return Refusal(503, "UNAVAILABLE", "The service is currently unavailable.")


def drive_not_found(file_id: str) -> Refusal:
    refusal = Refusal(404, "", f"File not found: {file_id}.")
    message = refusal.body["error"].pop("message")
    del refusal.body["error"]["status"]
    reason = {
        "message": message,
        "domain": "global",
        "reason": "notFound",
        "location": "fileId",
        "locationType": "parameter",
    }
    refusal.body["error"] |= {"message": message, "errors": [reason]}
    return refusal


def by_code(code: int) -> Refusal:
    """The usual error of a status."""
    usual = {
        400: lambda: invalid("Request contains an invalid argument."),
        401: bad_token,
        403: not_shared,
        404: not_found,
        429: lambda: too_many("Read", 60, per_user=True),
        500: internal,
        503: unavailable,
    }
    return usual[code]()
