package store

import (
	"errors"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// networkKinds are the f_type values of statfs(2) under which WAL is not safe: other machines may have the same file
// open, or (FUSE) nobody knows what the locks and mappings are worth.
func networkKinds() map[uint32]string {
	return map[uint32]string{
		unix.NFS_SUPER_MAGIC: "NFS", unix.SMB_SUPER_MAGIC: "SMB", unix.SMB2_SUPER_MAGIC: "SMB2", unix.CIFS_SUPER_MAGIC: "CIFS",
		unix.V9FS_MAGIC: "9p", unix.FUSE_SUPER_MAGIC: "FUSE", unix.AFS_SUPER_MAGIC: "AFS", unix.AFS_FS_MAGIC: "AFS",
		unix.CEPH_SUPER_MAGIC: "Ceph", unix.CODA_SUPER_MAGIC: "Coda", unix.NCP_SUPER_MAGIC: "NCP", unix.OCFS2_SUPER_MAGIC: "OCFS2",
		0x0BD00BD0: "Lustre", 0x47504653: "GPFS", 0x01161970: "GFS2", 0x19830326: "BeeGFS", 0xAAD7AAEA: "PanFS",
		0x20030528: "OrangeFS", 0x786F4256: "vboxsf", 0xBACBACBC: "vmhgfs",
	}
}

// fileSystem names the network file system that path lies on; "" for a local one.
func fileSystem(path string) (string, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return "", err
	}
	return networkKinds()[uint32(st.Type)], nil
}

// readThrough reads a file from end to end and gives the input/output error that came, nil for none: SQLite reports a
// read that failed as a damaged file. Only where locks belong to descriptors: elsewhere closing the file drops SQLite's.
func readThrough(path string) error {
	f, err := os.Open(path)
	if err == nil {
		_, err = io.Copy(io.Discard, f)
		_ = f.Close()
	}
	if errors.Is(err, syscall.EIO) {
		return err
	}
	return nil
}
