"""On what kind of disk a register stands: a share in the network cannot share memory, and some media cannot be written.

Ổ mạng, ổ chỉ đọc. SQLite's write-ahead log needs memory that all processes share; across a network there is none.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import psutil

__all__ = ["is_network_share"]

_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ncpfs", "webdav", "davfs"})
_FUSE = ("fuse.sshfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.gvfs")


def is_network_share(path: Path) -> bool:
    """Whether a file stands, or would stand, on another machine's disk, as far as the system says."""
    folder = path.absolute().parent
    if PureWindowsPath(str(folder)).drive.startswith("\\\\"):  # \\server\share
        return True
    try:
        partitions = psutil.disk_partitions(all=True)
    except (OSError, RuntimeError, ValueError):
        return False
    resolved = str(folder.resolve())
    places = [one for one in partitions if _is_inside(resolved, one.mountpoint)]
    if not places:
        return False
    nearest = max(places, key=lambda one: len(one.mountpoint))
    kind = nearest.fstype.casefold()
    return kind in _NETWORK or kind.startswith(_FUSE) or "remote" in nearest.opts.split(",")


def _is_inside(folder: str, mountpoint: str) -> bool:
    pure = PureWindowsPath if "\\" in mountpoint else PurePosixPath
    return pure(folder).is_relative_to(pure(mountpoint))
