#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CShims.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

enum { mk_shim_levels = 8 };

// Cuts the last component; false at the root.
static bool mk_shim_parent(char *path) {
  char *slash = strrchr(path, '/');
  if (slash == NULL || path[1] == '\0') return false;
  slash[slash == path ? 1 : 0] = '\0';
  return true;
}

// Looks for `.deps/lib/file` in the folder and its parents; on success `found` holds the library's path.
static bool mk_shim_search(const char *folder, const char *file, char *found, size_t capacity) {
  char place[PATH_MAX];
  if (snprintf(place, sizeof place, "%s", folder) >= (int)sizeof place) return false;
  for (int level = 0; level <= mk_shim_levels; level++) {
    const char *separator = strcmp(place, "/") == 0 ? "" : "/";
    int length = snprintf(found, capacity, "%s%s.deps/lib/%s", place, separator, file);
    if (length > 0 && (size_t)length < capacity && access(found, R_OK) == 0) return true;
    if (!mk_shim_parent(place)) return false;
  }
  return false;
}

static bool mk_shim_executable_folder(char *folder, size_t capacity) {
#ifdef __APPLE__
  uint32_t size = (uint32_t)capacity;
  if (_NSGetExecutablePath(folder, &size) != 0) return false;
#else
  ssize_t length = readlink("/proc/self/exe", folder, capacity - 1);
  if (length <= 0) return false;
  folder[length] = '\0';
#endif
  return mk_shim_parent(folder);
}

void mk_shim_locate(const char *file, char *path, size_t capacity) {
  char folder[PATH_MAX];
  if (mk_shim_executable_folder(folder, sizeof folder) && mk_shim_search(folder, file, path, capacity)) return;
  if (getcwd(folder, sizeof folder) != NULL && mk_shim_search(folder, file, path, capacity)) return;
  snprintf(path, capacity, "%s", file);
}

void *mk_shim_open(const char *file, const char *variable, char *message, size_t capacity) {
  const char *environment = variable == NULL ? NULL : getenv(variable);
  char path[PATH_MAX];
  if (environment != NULL && environment[0] != '\0') snprintf(path, sizeof path, "%s", environment);
  else mk_shim_locate(file, path, sizeof path);
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) {
    const char *reason = dlerror();
    snprintf(message, capacity, "%s", reason == NULL ? path : reason);
  }
  return handle;
}

void *mk_shim_symbol(void *handle, const char *name, char *message, size_t capacity) {
  void *address = dlsym(handle, name);
  if (address == NULL) snprintf(message, capacity, "the library has no function %s", name);
  return address;
}
