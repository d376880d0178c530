/* Preloaded into the web processes: notes every write and every sync of the files below SYNCED_BELOW, in order, in the
 * file SYNCED_LOG. A record: operation, process-wide file name, offset, length, then the bytes that were written.
 * A write is noted after it was done and a sync after it returned, so nothing counts as synced too early. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct record {
    char operation; /* w write, t truncate, s sync, u unlink */
    char name[103]; /* the last part of the path */
    int64_t offset;
    int64_t length;
};

static int log_file = -1;
static const char *below;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("SYNCED_LOG");
    below = getenv("SYNCED_BELOW");
    if (path && below) log_file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static int is_ours(int fd, char *name) {
    char link[64], path[PATH_MAX];
    if (log_file < 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    if (strncmp(path, below, strlen(below)) != 0) return 0;
    strncpy(name, strrchr(path, '/') + 1, 102);
    return 1;
}

static void note(char operation, int fd, int64_t offset, const void *bytes, int64_t length) {
    struct record record = {.operation = operation, .offset = offset, .length = length};
    if (!is_ours(fd, record.name)) return;
    struct iovec parts[2] = {{&record, sizeof record}, {(void *)bytes, bytes ? (size_t)length : 0}};
    if (writev(log_file, parts, 2) < 0) abort();
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    ssize_t done = REAL(pwrite64)(fd, bytes, length, offset);
    if (done > 0) note('w', fd, offset, bytes, done);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    ssize_t done = REAL(pwrite)(fd, bytes, length, offset);
    if (done > 0) note('w', fd, offset, bytes, done);
    return done;
}

int ftruncate64(int fd, off64_t length) {
    int done = REAL(ftruncate64)(fd, length);
    if (done == 0) note('t', fd, length, NULL, 0);
    return done;
}

int ftruncate(int fd, off_t length) {
    int done = REAL(ftruncate)(fd, length);
    if (done == 0) note('t', fd, length, NULL, 0);
    return done;
}

int fsync(int fd) {
    int done = REAL(fsync)(fd);
    if (done == 0) note('s', fd, 0, NULL, 0);
    return done;
}

int fdatasync(int fd) {
    int done = REAL(fdatasync)(fd);
    if (done == 0) note('s', fd, 0, NULL, 0);
    return done;
}

int unlink(const char *path) {
    int done = REAL(unlink)(path);
    if (done == 0 && log_file >= 0 && strncmp(path, below, strlen(below)) == 0) {
        struct record record = {.operation = 'u'};
        strncpy(record.name, strrchr(path, '/') + 1, 102);
        if (write(log_file, &record, sizeof record) < 0) abort();
    }
    return done;
}
