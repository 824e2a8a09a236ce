"""Internal addresses, and the list of allowed ones."""

from ipaddress import ip_address

import pytest

from supportsaas.net.addresses import AddressBlocked, AllowedHosts, check_address, whereabouts

NOBODY = AllowedHosts.parse([])

INSIDE = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1",
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "64:ff9b:1::1",
    # IPv4 in the clothes of IPv6: mapped, translated, NAT64, 6to4, compatible
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "::7f00:1", "::10.0.0.1",
]  # fmt: skip
OUTSIDE = ["93.184.216.34", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "169.253.0.1", "168.63.129.17",
           "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]  # fmt: skip


@pytest.mark.parametrize("text", INSIDE)
def test_internal_addresses_are_blocked_with_a_sentence_that_names_the_setting(text: str) -> None:
    with pytest.raises(AddressBlocked, match=r"Nothing was sent.*OUTBOUND_ALLOWED_HOSTS"):
        check_address("hooks.example", text, allowed=NOBODY)


@pytest.mark.parametrize("text", OUTSIDE)
def test_public_addresses_are_allowed(text: str) -> None:
    assert whereabouts(ip_address(text)) is None
    check_address("hooks.example", text, allowed=NOBODY)


@pytest.mark.parametrize("text", ["8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1111"])
def test_public_addresses_of_this_machine_count_as_internal(text: str) -> None:
    own = {ip_address("8.8.8.8"), ip_address("2606:4700::1111")}
    with pytest.raises(AddressBlocked, match="this machine"):
        check_address("hooks.example", text, allowed=NOBODY, is_own=own.__contains__)
    check_address("hooks.example", text, allowed=AllowedHosts.parse(["hooks.example"]), is_own=own.__contains__)
    check_address("hooks.example", "8.8.4.4", allowed=NOBODY, is_own=own.__contains__)


def test_a_zone_does_not_hide_a_link_local_address() -> None:
    with pytest.raises(AddressBlocked, match="link-local"):
        check_address("x", "fe80::1%eth0", allowed=NOBODY)


class TestAllowed:
    @pytest.mark.parametrize(
        ("item", "host", "address"),
        [
            ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
            ("127.0.0.1", "anything.example", "127.0.0.1"),
            ("10.1.0.0/16", "help.example", "10.1.2.3"),
            ("10.1.0.0/16", "help.example", "::ffff:10.1.2.3"),
            ("help.corp.example", "help.corp.example", "10.1.2.3"),
            ("Help.Corp.Example.", "help.corp.EXAMPLE", "fd12::1"),
            ("[::1]", "localhost", "::1"),
            ("169.254.169.254", "169.254.169.254", "169.254.169.254"),
        ],
    )
    def test_allowed_names_addresses_and_networks_can_be_reached(self, item: str, host: str, address: str) -> None:
        check_address(host, address, allowed=AllowedHosts.parse([item]))

    @pytest.mark.parametrize(
        ("item", "host", "address"),
        [
            ("127.0.0.1", "127.0.0.2", "127.0.0.2"),
            ("10.1.0.0/16", "help.example", "10.2.0.1"),
            ("corp.example", "help.corp.example", "10.1.2.3"),
            ("help.corp.example", "xhelp.corp.example", "10.1.2.3"),
            # A name whose owner points it to the cloud's metadata opens nothing.
            ("help.corp.example", "help.corp.example", "169.254.169.254"),
            ("help.corp.example", "help.corp.example", "::ffff:169.254.169.254"),
            ("help.corp.example", "help.corp.example", "fd00:ec2::254"),
        ],
    )
    def test_an_allowed_host_or_network_allows_no_other_address(self, item: str, host: str, address: str) -> None:
        with pytest.raises(AddressBlocked):
            check_address(host, address, allowed=AllowedHosts.parse([item]))

    @pytest.mark.parametrize("item", ["10.0.0.0/40", "10.0.0.1/8", "http://x", "a b", "*.example", "x/y", "::zz", "."])
    def test_an_allowed_host_must_be_a_name_address_or_network(self, item: str) -> None:
        with pytest.raises(ValueError, match="not a host name, address or network"):
            AllowedHosts.parse([item])
