"""The guest's disk: Debian 12 by mmdebstrap with Debian's own kernel, kept until something here changes."""

import gzip
import hashlib
import lzma
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SUITE = "bookworm"
DISK_SIZE = "2G"
# The product's own needs (debian/control), python3-evdev and python3-serial for the scripts in guest/.
PACKAGES = (
    *("systemd", "systemd-sysv", "udev", "dbus", "kmod", "passwd", "procps", "usbutils", "iproute2", "e2fsprogs"),
    *("ca-certificates", "libusb-1.0-0", "busybox-static", "qemu-guest-agent"),
    *("python3", "python3-evdev", "python3-serial"),
)
# Folders of kernel modules that no test needs: half of the disk. What is left is the stock kernel.
NOT_NEEDED = ("sound", "drivers/gpu", "drivers/media", "drivers/infiniband", "drivers/scsi", "drivers/net/wireless")
# Enough to find and mount the disk; all else is loaded by udev from it, as at any till.
BOOT_MODULES = ("virtio_pci", "virtio_blk", "ext4")
MACHINE_ID = "5eaf00d5eaf00d5eaf00d5eaf00d5eaf"  # known: else systemd takes each boot for the first one

INIT = """#!/bin/busybox sh
B=/bin/busybox
$B mount -t devtmpfs dev /dev; $B mount -t proc proc /proc; $B mount -t sysfs sys /sys
while read -r module; do $B insmod "/lib/$module"; done < /lib/order
until [ -b /dev/vda ]; do $B sleep 0.1; done
$B mount -t ext4 -o rw /dev/vda /root
for at in dev proc sys; do $B mount --move /$at /root/$at; done
exec $B switch_root /root /sbin/init
"""

# Run by mmdebstrap with the guest's root as $1, so the /tmp is the guest's, never this machine's. The kernel of the day
# is unpacked rather than installed, so that nothing makes an initramfs which nobody boots from.
KERNEL_HOOK = """#!/bin/sh
set -eu
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
cd "$1/tmp"
package=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \\(linux-image-[^ ]*\\)/\\1/p' | head -1)
apt-get -qq -o APT::Sandbox::User=root download "$package"
dpkg-deb --fsys-tarfile linux-image-*.deb | tar -x -C "$1" --keep-directory-symlink
rm linux-image-*.deb
"""


@dataclass(frozen=True, slots=True)
class Image:
    """What QEMU boots: kernel, initramfs, and a raw ext4 disk that nobody may write to."""

    kernel: Path
    initramfs: Path
    disk: Path


def cache_folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "pos-bridge-hil"


def build() -> Image:
    """The image for what stands in this file: made in two or three minutes, or found."""
    key = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    folder = cache_folder() / f"image-{key}"
    if not folder.exists():
        fresh = folder.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        _make(fresh)
        fresh.rename(folder)
    return Image(folder / "vmlinux", folder / "initramfs", folder / "disk.ext4")


def _make(folder: Path) -> None:
    root = folder / "root"
    _bootstrap(folder, root)
    modules = next((root / "lib/modules").iterdir())
    for name in NOT_NEEDED:
        shutil.rmtree(modules / "kernel" / name, ignore_errors=True)
    _run("chroot", root, "depmod", modules.name)
    _configure(root)
    _unpack_kernel(root / f"boot/vmlinuz-{modules.name}", folder / "vmlinux")
    _make_initramfs(root, modules.name, folder / "initramfs")
    shutil.rmtree(root / "boot")
    _run("mke2fs", "-q", "-t", "ext4", "-d", root, folder / "disk.ext4", DISK_SIZE)
    shutil.rmtree(root)


def _bootstrap(folder: Path, root: Path) -> None:
    hook = folder / "kernel-hook"
    hook.write_text(KERNEL_HOOK, "utf-8")
    hook.chmod(0o755)
    no_docs = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale")]
    lean = ["--variant=essential", '--aptopt=Apt::Install-Recommends "false"', f"--include={','.join(PACKAGES)}"]
    into = ["--mode=root", "--format=directory", f"--customize-hook={hook}"]
    _run("mmdebstrap", "--quiet", *lean, *no_docs, *into, SUITE, root, *_sources())


def _sources() -> list[str]:
    """The archives that this machine takes Debian from; none: mmdebstrap knows the usual ones."""
    told = _run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages")
    known = {tuple(line.split()) for line in told.splitlines()}
    releases = (SUITE, f"{SUITE}-updates", f"{SUITE}-security")
    return [f"deb {uri} {release} main" for uri, release in sorted(known) if release in releases]


def _configure(root: Path) -> None:
    (root / "etc/hostname").write_text("till\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost till\n")
    (root / "etc/fstab").write_text("/dev/vda / ext4 defaults 0 1\n")
    (root / "etc/machine-id").write_text(f"{MACHINE_ID}\n")
    (root / "etc/systemd/system/serial-getty@ttyS0.service").symlink_to("/dev/null")


def _unpack_kernel(packed: Path, kernel: Path) -> None:
    """QEMU starts an unpacked kernel by itself (PVH), which saves the guest many seconds where it is emulated."""
    data = packed.read_bytes()
    kernel.write_bytes(lzma.LZMADecompressor().decompress(data[data.index(b"\xfd7zXZ\x00") :]))


def _make_initramfs(root: Path, release: str, initramfs: Path) -> None:
    tree = initramfs.with_suffix(".tree")
    for name in ("bin", "lib", "dev", "proc", "sys", "root"):
        (tree / name).mkdir(parents=True)
    shutil.copy(root / "bin/busybox", tree / "bin/busybox")
    (tree / "init").write_text(INIT)
    (tree / "init").chmod(0o755)
    shown = "".join(_run("chroot", root, "modprobe", "-S", release, "--show-depends", name) for name in BOOT_MODULES)
    needed = dict.fromkeys(line.split()[1] for line in shown.splitlines() if line.startswith("insmod"))
    for module in needed:
        shutil.copy(root / module.lstrip("/"), tree / "lib")
    (tree / "lib/order").write_text("".join(f"{Path(module).name}\n" for module in needed))
    pack = "find . | ./bin/busybox cpio -o -H newc 2>/dev/null"
    archive = subprocess.run(["/bin/sh", "-c", pack], cwd=tree, check=True, stdout=subprocess.PIPE).stdout
    initramfs.write_bytes(gzip.compress(archive, 1))
    shutil.rmtree(tree)


def _run(*command: str | Path) -> str:
    """Its standard output. CalledProcessError carries what it said."""
    return subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True).stdout
