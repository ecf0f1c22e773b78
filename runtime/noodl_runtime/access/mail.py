"""Sending mail through an SMTP server, beside the request that caused it and never in its way."""

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import gevent

from noodl_runtime.access.threads import Threads
from noodl_runtime.errors import MailRefused
from noodl_runtime.settings import Settings

if TYPE_CHECKING:
    from email.message import EmailMessage

THREADS = 2
TIMEOUT_S = 30.0
MAX_WAITING = 200  # mails; more are dropped and logged

NO_SERVER = "no mail is sent: the setting smtp_host names no server"

log = logging.getLogger("noodl.mail")


class Mailer:
    """Sends mail as the settings say; without an SMTP server it logs that it does not."""

    def __init__(self, settings: Settings, password: str = "") -> None:
        self._settings = settings
        self._password = password
        self._threads = Threads(THREADS)
        self._waiting: set[gevent.Greenlet] = set()

    def send(self, to: str, subject: str, text: str) -> None:
        """Have a mail sent soon; what goes wrong is logged."""
        if not self._settings.smtp_host:
            log.warning(NO_SERVER)
            return
        if len(self._waiting) >= MAX_WAITING:
            log.error("a mail is dropped: %d others are waiting", MAX_WAITING)
            return
        message = self._message(to, subject, text)
        greenlet = gevent.spawn(self._sent, message)
        self._waiting.add(greenlet)
        greenlet.link(self._waiting.discard)

    def deliver(self, to: str, subject: str, text: str, html: str = "") -> None:
        """Send a mail now and return when the server has taken it; other requests go on meanwhile.

        to:     one address, or several with commas between them
        html:   the same for readers who see HTML; the text, if there is one, is for the others
        raises: MailRefused
        """
        if not self._settings.smtp_host:
            raise MailRefused(NO_SERVER)
        try:
            message = self._message(to, subject, text, html)
            self._threads.run(lambda: self._deliver(message))
        except (OSError, ValueError) as error:  # what smtplib raises is an OSError
            raise MailRefused(f"the mail could not be sent: {error}") from error

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until everything given to `send` is sent or has failed."""
        gevent.joinall(list(self._waiting), timeout=timeout_s)

    def close(self) -> None:
        """Give up what is not sent yet."""
        gevent.killall(list(self._waiting), block=False)
        self._threads.close()

    def _sent(self, message: "EmailMessage") -> None:
        try:
            self._threads.run(lambda: self._deliver(message))
        except Exception as error:  # the edge of a greenlet; the server may be wrong in any way
            log.error("a mail could not be sent: %s", error)

    def _deliver(self, message: "EmailMessage") -> None:
        import smtplib  # with ssl and email 7 ms of a start, and few send mail
        import ssl

        settings = self._settings
        if settings.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.smtp_host,
                settings.smtp_port,
                timeout=TIMEOUT_S,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S)
        with server:
            if settings.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, self._password)
            server.send_message(message)

    def _message(self, to: str, subject: str, text: str, html: str = "") -> "EmailMessage":
        from email.message import EmailMessage
        from email.utils import formatdate, make_msgid

        sender = self._settings.mail_from or _default_sender(self._settings)
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, to, subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("> "))
        if html and not text:
            message.set_content(html, subtype="html")
            return message
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        return message


def _default_sender(settings: Settings) -> str:
    return f"noreply@{urlsplit(settings.public_url).hostname or 'localhost'}"
