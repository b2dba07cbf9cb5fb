"""What a network interface is, is told by the system where it knows, and else by the name."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.network import InterfaceKind, interface_kind

NO_SYSFS = Path("/nonexistent")


@pytest.mark.parametrize(
    ("name", "description", "kind"),
    [
        ("Wi-Fi", "Intel(R) Wi-Fi 6 AX201 160MHz", InterfaceKind.WIFI),
        ("WLAN", "Qualcomm Atheros QCA9377", InterfaceKind.WIFI),
        ("Ethernet 2", "Realtek USB GbE Family Controller", InterfaceKind.ETHERNET),
        ("LAN-Verbindung", "Realtek PCIe 2.5GbE", InterfaceKind.ETHERNET),
        # A virtual machine's own card is the real one for those who run there.
        ("Ethernet", "Microsoft Hyper-V Network Adapter", InterfaceKind.ETHERNET),
        ("Ethernet0", "vmxnet3 Ethernet Adapter", InterfaceKind.ETHERNET),
        ("vEthernet (Default Switch)", "Hyper-V Virtual Ethernet Adapter", InterfaceKind.VIRTUAL),
        ("Ethernet 3", "VirtualBox Host-Only Ethernet Adapter", InterfaceKind.VIRTUAL),
        ("VMware Network Adapter VMnet1", "", InterfaceKind.VIRTUAL),
        (
            "Local Area Connection* 1",
            "Microsoft Wi-Fi Direct Virtual Adapter",
            InterfaceKind.VIRTUAL,
        ),
        ("Ethernet 4", "TAP-Windows Adapter V9", InterfaceKind.VPN),
        ("office", "WireGuard Tunnel", InterfaceKind.VPN),
        ("Ethernet 5", "PANGP Virtual Ethernet Adapter Secure", InterfaceKind.VPN),
        ("Ethernet 6", "Cisco AnyConnect Virtual Miniport Adapter", InterfaceKind.VPN),
        ("ZeroTier One [a1b2]", "ZeroTier Virtual Port", InterfaceKind.VPN),
        ("Bluetooth Network Connection", "Bluetooth Device", InterfaceKind.OTHER),
        ("en0", "en0", InterfaceKind.OTHER),
        ("lo0", "lo0", InterfaceKind.LOOPBACK),
        ("utun5", "utun5", InterfaceKind.VPN),
        ("awdl0", "awdl0", InterfaceKind.VIRTUAL),
        ("wlan0", "wlan0", InterfaceKind.WIFI),
        ("wlx00c0ca", "wlx00c0ca", InterfaceKind.WIFI),
        ("eno1", "eno1", InterfaceKind.ETHERNET),
        ("end0", "end0", InterfaceKind.ETHERNET),
        ("enxa0cec8", "enxa0cec8", InterfaceKind.ETHERNET),
        ("docker0", "docker0", InterfaceKind.VIRTUAL),
        ("veth12ab", "veth12ab", InterfaceKind.VIRTUAL),
        ("proton0", "proton0", InterfaceKind.VPN),
        ("bond0", "bond0", InterfaceKind.OTHER),
    ],
)
def test_the_name_tells_what_an_interface_is(
    name: str, description: str, kind: InterfaceKind
) -> None:
    assert interface_kind(name, description, sysfs=NO_SYSFS) is kind


def described(sysfs: Path, name: str, *files: str, uevent: str = "") -> Path:
    (sysfs / name).mkdir()
    (sysfs / name / "uevent").write_text(f"INTERFACE={name}\n{uevent}", encoding="ascii")
    for file in files:
        (sysfs / name / file).mkdir()
    return sysfs


def test_linux_knows_a_wifi_card_of_any_name(tmp_path: Path) -> None:
    sysfs = described(tmp_path, "eth7", "device", "phy80211", uevent="DEVTYPE=wlan\n")
    assert interface_kind("eth7", sysfs=sysfs) is InterfaceKind.WIFI


def test_linux_knows_a_tunnel_of_any_name(tmp_path: Path) -> None:
    described(tmp_path, "home", uevent="DEVTYPE=wireguard\n")
    described(tmp_path, "work", "tun_flags")
    assert interface_kind("home", sysfs=tmp_path) is InterfaceKind.VPN
    assert interface_kind("work", sysfs=tmp_path) is InterfaceKind.VPN


def test_linux_knows_a_bridge_of_any_name(tmp_path: Path) -> None:
    sysfs = described(tmp_path, "lan", uevent="DEVTYPE=bridge\n")
    assert interface_kind("lan", sysfs=sysfs) is InterfaceKind.VIRTUAL


def test_a_card_of_an_unknown_name_is_taken_for_a_wired_one(tmp_path: Path) -> None:
    sysfs = described(tmp_path, "uplink", "device")
    assert interface_kind("uplink", sysfs=sysfs) is InterfaceKind.ETHERNET


def test_what_nobody_knows_is_some_network(tmp_path: Path) -> None:
    sysfs = described(tmp_path, "something")
    assert interface_kind("something", sysfs=sysfs) is InterfaceKind.OTHER
