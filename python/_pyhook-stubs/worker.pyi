from typing import final

@final
class Worker:
    """A backend of a balancer (mod_proxy's proxy_worker)."""

    @property
    def name(self) -> str:
        """Its URL, as BalancerMember names it."""
    @property
    def scheme(self) -> str:
        """The scheme of the URL."""
    @property
    def hostname(self) -> str:
        """The host of the URL."""
    @property
    def port(self) -> int:
        """The port of the URL."""
    @property
    def route(self) -> str | None:
        """route= of the BalancerMember (str | None)."""
    @property
    def redirect(self) -> str | None:
        """redirect= of the BalancerMember (str | None)."""
    @property
    def lbfactor(self) -> float:
        """loadfactor= of the BalancerMember."""
    @property
    def lbset(self) -> int:
        """lbset= of the BalancerMember."""
    @property
    def status(self) -> str:
        """Its flags, a letter each, as mod_proxy's status= writes them."""
    @property
    def is_usable(self) -> bool:
        """Neither disabled, stopped, in error nor failing its health check."""
    @property
    def is_draining(self) -> bool:
        """Does it take old sessions only?"""
    @property
    def busy(self) -> int:
        """Requests that it is serving now."""
    @property
    def elected(self) -> int:
        """How often it was chosen."""
    @property
    def transferred(self) -> int:
        """Bytes sent to it."""
    @property
    def read(self) -> int:
        """Bytes that came from it."""
    @property
    def retries(self) -> int:
        """How often it was tried anew after an error."""
    @property
    def error_time(self) -> float | None:
        """When it last failed, in seconds since the epoch (float | None)."""
