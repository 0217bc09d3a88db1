/* disk - whether what is written into a folder is encrypted on its way to the disk.
 *
 * Asked once, at enrolment, for the administrator to see. Linux tells it of block
 * devices: the folder's device is followed down through LVM, RAID and partitions to
 * what it lies on, and each path down must pass a dm-crypt or LUKS layer. What lies on
 * no block device that can be followed (a network, memory, an overlay, a file in a
 * loop, ZFS) is not known. A disk that encrypts itself looks like one that does not.
 */
#ifndef JALKA_IO_DISK_H
#define JALKA_IO_DISK_H

enum disk_encryption { DISK_NOT_KNOWN = 0, DISK_ENCRYPTED = 1, DISK_NOT_ENCRYPTED = 2 };

enum disk_encryption disk_of_folder(const char *path);

/* The same of one block device, "major:minor", below a root that has sys/dev/block
 * ("" : the machine's own). */
enum disk_encryption disk_of_device(const char *root, unsigned major, unsigned minor);

/* "ENCRYPTED", "NOT_ENCRYPTED", "NOT_KNOWN"; of another number the last. */
const char *disk_name(unsigned encryption);

#endif
