"""Mail that functions send: texts of their own, or the two mails with links that users get."""

from collections.abc import Callable, Mapping

from noodl_runtime.access.mail import Mailer
from noodl_runtime.access.recovery import Recovery
from noodl_runtime.errors import InvalidValue, MailRefused

OWN = "none"  # the template of a mail whose text the function brings along


class FunctionMail:
    """Sends mail and waits until the server has it.

    recovery: writes the mails with links
    """

    def __init__(self, mailer: Mailer, recovery: Recovery) -> None:
        self._mailer = mailer
        self._links: Mapping[str, Callable[[str], bool]] = {
            "passwordReset": recovery.request_password_reset,
            "verifyEmail": recovery.request_verification,
        }

    def send(self, *, to: str, template: str, subject: str, text: str, html: str) -> None:
        """Send one mail. raises: MailRefused, InvalidValue for a template that does not exist."""
        if template == OWN:
            self._mailer.deliver(to, subject, text, html)
            return
        if template not in self._links:
            known = ", ".join((OWN, *self._links))
            raise InvalidValue(f"there is no mail template {template!r}; use one of {known}")
        if not self._links[template](to):
            raise MailRefused(
                f"no {template} mail goes to {to!r}: no user with this address needs one now"
            )
