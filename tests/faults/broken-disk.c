/*
 * A disk that breaks on demand, for one directory: preloaded into the relay. BROKEN_DIRECTORY names
 * the directory; while the file BROKEN_FLAG exists, what is asked of files in it fails. The flag's
 * first byte says how: f, nothing can be synced (EIO); s, that takes 1.5 s; r, nothing can be written (EROFS); n, there is
 * room for nothing (ENOSPC) but the file by which the relay tries it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

/* By system calls, which nothing here intercepts. */
static char mode(void) {
  const char *flag = getenv("BROKEN_FLAG");
  char how = 0;
  if (!flag) return 0;
  int saved = errno;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, flag, O_RDONLY | O_CLOEXEC, 0);
  if (fd >= 0) {
    if (syscall(SYS_read, fd, &how, 1) != 1) how = 0;
    syscall(SYS_close, fd);
  }
  errno = saved;
  return how;
}

static int inside(const char *path) {
  const char *directory = getenv("BROKEN_DIRECTORY");
  size_t length = directory ? strlen(directory) : 0;
  return length && strncmp(path, directory, length) == 0
      && (path[length] == '/' || path[length] == 0);
}

static int probes(const char *path) {
  const char *name = strrchr(path, '/');
  return name && strcmp(name, "/probe.tmp") == 0;
}

static int broken(int fd, char how) {
  char link[64], path[PATH_MAX];
  if (mode() != how) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return inside(path) && !(how == 'n' && probes(path));
}

/* What a write fails with; 0 if it does not. */
static int unwritable(int fd) {
  return broken(fd, 'r') ? EROFS : broken(fd, 'n') ? ENOSPC : 0;
}

static int refused(int error) {
  errno = error;
  return -1;
}

static void slow(int fd) {
  if (broken(fd, 's')) nanosleep(&(struct timespec){1, 500000000}, NULL);
}

int fsync(int fd) {
  REAL(int, fsync, int);
  slow(fd);
  return broken(fd, 'f') ? refused(EIO) : real(fd);
}

int fdatasync(int fd) {
  REAL(int, fdatasync, int);
  slow(fd);
  return broken(fd, 'f') ? refused(EIO) : real(fd);
}

int sync_file_range(int fd, off_t from, off_t length, unsigned flags) {
  REAL(int, sync_file_range, int, off_t, off_t, unsigned);
  return broken(fd, 'f') ? refused(EIO) : real(fd, from, length, flags);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(ssize_t, write, int, const void *, size_t);
  int error = unwritable(fd);
  return error ? refused(error) : real(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
  int error = unwritable(fd);
  return error ? refused(error) : real(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) {
  return pwrite(fd, bytes, length, at);
}

int ftruncate(int fd, off_t length) {
  REAL(int, ftruncate, int, off_t);
  return broken(fd, 'r') ? refused(EROFS) : real(fd, length);
}

int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

int fallocate(int fd, int how, off_t from, off_t length) {
  REAL(int, fallocate, int, int, off_t, off_t);
  int error = unwritable(fd);
  return error ? refused(error) : real(fd, how, from, length);
}

static int changes(const char *path, int flags) {
  return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) && inside(path) && mode() == 'r';
}

int open(const char *path, int flags, ...) {
  REAL(int, open, const char *, int, ...);
  va_list more;
  va_start(more, flags);
  int permissions = flags & O_CREAT ? va_arg(more, int) : 0;
  va_end(more);
  return changes(path, flags) ? refused(EROFS) : real(path, flags, permissions);
}

int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  int permissions = flags & O_CREAT ? va_arg(more, int) : 0;
  va_end(more);
  return open(path, flags | O_LARGEFILE, permissions);
}

FILE *fopen(const char *path, const char *how) {
  REAL(FILE *, fopen, const char *, const char *);
  if (strpbrk(how, "wa+") && changes(path, O_WRONLY)) {
    errno = EROFS;
    return NULL;
  }
  return real(path, how);
}

FILE *fopen64(const char *path, const char *how) { return fopen(path, how); }

int unlink(const char *path) {
  REAL(int, unlink, const char *);
  return changes(path, O_WRONLY) ? refused(EROFS) : real(path);
}

int rename(const char *from, const char *to) {
  REAL(int, rename, const char *, const char *);
  return changes(to, O_WRONLY) ? refused(EROFS) : real(from, to);
}
