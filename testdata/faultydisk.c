/* A disk that fails, put before the calls of SQLite by LD_PRELOAD: while the file
 * $CAPDO_FAULTY_DISK.sync is there no sync succeeds, while $CAPDO_FAULTY_DISK.read
 * is there nothing is written. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(const char *how, int with) {
	const char *at = getenv("CAPDO_FAULTY_DISK");
	char path[4096];
	if (!at || snprintf(path, sizeof path, "%s.%s", at, how) >= (int)sizeof path || access(path, F_OK) != 0)
		return 0;
	errno = with;
	return 1;
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

int fsync(int fd) { return fails("sync", EIO) ? -1 : REAL(int, fsync, int)(fd); }
int fdatasync(int fd) { return fails("sync", EIO) ? -1 : REAL(int, fdatasync, int)(fd); }
ssize_t write(int fd, const void *b, size_t n) {
	return fails("read", EROFS) ? -1 : REAL(ssize_t, write, int, const void *, size_t)(fd, b, n);
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) {
	return fails("read", EROFS) ? -1 : REAL(ssize_t, pwrite, int, const void *, size_t, off_t)(fd, b, n, at);
}
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {
	return fails("read", EROFS) ? -1 : REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)(fd, b, n, at);
}
